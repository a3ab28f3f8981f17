package io.weldr.codec;

import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Command;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenHash;
import io.weldr.core.token.TokenName;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.LogProto.ActorKind;
import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;

/** Tokens, as hashes, and who asked for a change. */
public final class TokenCodec {
    private TokenCodec() {}

    static LogProto.PutToken encode(Command.PutToken command) {
        return LogProto.PutToken.newBuilder()
                .setToken(encodePlain(command.token()))
                .build();
    }

    static Command decode(LogProto.PutToken from, Instant at) {
        return new Command.PutToken(decodePlain(from.getToken()), at);
    }

    static LogProto.Token encode(Token token) {
        return encodePlain(token).setStamp(PoolCodec.encode(token.stamp())).build();
    }

    static Token decode(LogProto.Token from) {
        return decodePlain(from).with(PoolCodec.decode(from.getStamp()));
    }

    private static LogProto.Token.Builder encodePlain(Token token) {
        LogProto.Token.Builder to = LogProto.Token.newBuilder()
                .setName(token.name().value())
                .setRole(
                        switch (token.role()) {
                            case VIEWER -> LogProto.Token.Role.ROLE_VIEWER;
                            case OPERATOR -> LogProto.Token.Role.ROLE_OPERATOR;
                            case ADMIN -> LogProto.Token.Role.ROLE_ADMIN;
                        })
                .setHash(token.hash().hex());
        token.pools().forEach(pool -> to.addPools(pool.value()));
        if (token.expires() != null) {
            to.setExpires(PoolCodec.encode(token.expires()));
        }
        return to;
    }

    private static Token decodePlain(LogProto.Token from) {
        SortedSet<PoolName> pools = new TreeSet<>();
        from.getPoolsList().forEach(pool -> pools.add(new PoolName(pool)));
        return Token.named(
                new TokenName(from.getName()),
                switch (from.getRole()) {
                    case ROLE_VIEWER -> Role.VIEWER;
                    case ROLE_OPERATOR -> Role.OPERATOR;
                    case ROLE_ADMIN -> Role.ADMIN;
                    case ROLE_UNSPECIFIED, UNRECOGNIZED ->
                        throw new IllegalArgumentException("role of a token: none that this version knows");
                },
                pools,
                new TokenHash(from.getHash()),
                from.hasExpires() ? PoolCodec.decode(from.getExpires()) : null);
    }

    public static LogProto.Attribution encode(Attribution by) {
        Actor actor = by.actor();
        LogProto.Attribution.Builder to = LogProto.Attribution.newBuilder()
                .setKind(
                        switch (actor.kind()) {
                            case LOCAL -> ActorKind.ACTOR_KIND_LOCAL;
                            case ANONYMOUS -> ActorKind.ACTOR_KIND_ANONYMOUS;
                            case TOKEN -> ActorKind.ACTOR_KIND_TOKEN;
                            case CERTIFICATE -> ActorKind.ACTOR_KIND_CERTIFICATE;
                            case NODE -> ActorKind.ACTOR_KIND_NODE;
                        })
                .setName(actor.name());
        if (actor.created() != null) {
            to.setCreated(actor.created());
        }
        if (by.address() != null) {
            to.setAddress(by.address());
        }
        if (by.reason() != null) {
            to.setReason(by.reason());
        }
        return to.build();
    }

    /** Throws {@link IllegalArgumentException} if it makes no sense. */
    public static Attribution decode(LogProto.Attribution from) {
        Actor.Kind kind = switch (from.getKind()) {
            case ACTOR_KIND_LOCAL -> Actor.Kind.LOCAL;
            case ACTOR_KIND_ANONYMOUS -> Actor.Kind.ANONYMOUS;
            case ACTOR_KIND_TOKEN -> Actor.Kind.TOKEN;
            case ACTOR_KIND_CERTIFICATE -> Actor.Kind.CERTIFICATE;
            case ACTOR_KIND_NODE -> Actor.Kind.NODE;
            case ACTOR_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("kind of an actor: none that this version knows");
        };
        return new Attribution(
                new Actor(kind, from.getName(), from.hasCreated() ? from.getCreated() : null),
                from.hasAddress() ? from.getAddress() : null,
                from.hasReason() ? from.getReason() : null);
    }
}
