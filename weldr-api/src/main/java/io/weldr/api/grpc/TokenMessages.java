package io.weldr.api.grpc;

import io.weldr.api.admin.Tokens;
import io.weldr.api.admin.Written;
import io.weldr.core.Check;
import io.weldr.core.pool.PoolName;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.proto.admin.v1.CreateTokenRequest;
import io.weldr.proto.admin.v1.ListTokensReply;
import io.weldr.proto.admin.v1.TokenReply;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;

/** Tokens as messages. Nothing of a hash is in them. Pure. */
final class TokenMessages {
    private TokenMessages() {}

    static TokenName name(String name) {
        return Wire.valid(() -> new TokenName(name));
    }

    static Tokens.Draft draft(CreateTokenRequest request) {
        return Wire.valid(() -> {
            SortedSet<PoolName> pools = new TreeSet<>();
            request.getPoolsList().forEach(pool -> pools.add(new PoolName(pool)));
            return new Tokens.Draft(
                    new TokenName(request.getName()),
                    role(request.getRole()),
                    pools,
                    request.hasLifetime() ? Wire.duration(request.getLifetime()) : null);
        });
    }

    private static Role role(String word) {
        for (Role role : Role.values()) {
            if (Wire.word(role).equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("role: " + Check.quote(word) + " (expected: viewer, operator or admin)");
    }

    private static io.weldr.proto.admin.v1.Token message(Token token) {
        io.weldr.proto.admin.v1.Token.Builder message = io.weldr.proto.admin.v1.Token.newBuilder()
                .setName(token.name().value())
                .setRole(Wire.word(token.role()))
                .setRevision(token.stamp().modified());
        token.pools().forEach(pool -> message.addPools(pool.value()));
        if (token.expires() != null) {
            message.setExpires(Wire.timestamp(token.expires()));
        }
        return message.build();
    }

    static ListTokensReply list(Tokens.Read read) {
        ListTokensReply.Builder reply =
                ListTokensReply.newBuilder().setRevision(read.view().state().revision());
        read.tokens().forEach(token -> reply.addTokens(message(token)));
        Duration age = read.view().age();
        if (age != null) {
            reply.setAge(Wire.duration(age));
        }
        return reply.build();
    }

    static TokenReply read(Tokens.Read read) {
        TokenReply.Builder reply = TokenReply.newBuilder()
                .setToken(message(read.tokens().get(0)))
                .setRevision(read.view().state().revision());
        Duration age = read.view().age();
        if (age != null) {
            reply.setAge(Wire.duration(age));
        }
        return reply.build();
    }

    static TokenReply made(Tokens.Made made) {
        return written(made.written())
                .setToken(message(made.token()))
                .setSecret(made.text().reveal())
                .build();
    }

    static TokenReply removed(TokenName name, Written written) {
        return written(written)
                .setToken(io.weldr.proto.admin.v1.Token.newBuilder().setName(name.value()))
                .build();
    }

    private static TokenReply.Builder written(Written written) {
        TokenReply.Builder reply =
                TokenReply.newBuilder().setEffect(Wire.effect(written.effect())).setRevision(written.revision());
        written.applied().forEach(applied -> reply.addApplied(Wire.applied(applied)));
        return reply;
    }
}
