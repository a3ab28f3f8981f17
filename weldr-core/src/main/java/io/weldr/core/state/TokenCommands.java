package io.weldr.core.state;

import static io.weldr.core.state.ResourceWrites.change;
import static io.weldr.core.state.ResourceWrites.moved;
import static io.weldr.core.state.ResourceWrites.refused;

import io.weldr.core.Stamp;
import io.weldr.core.Words;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.ResourceWrites.Write;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.util.stream.Collectors;

/** What the commands on tokens do. Nothing of a hash is told to the history. */
final class TokenCommands {
    private static final int POOLS_TOLD_MAX = 5;

    private TokenCommands() {}

    static Transition put(ClusterState state, long index, Limits limits, Command.PutToken command) {
        Token wish = command.token();
        Token before = state.token(wish.name());
        Write write = new Write(
                "token",
                wish.name().value(),
                before == null ? null : before.stamp(),
                before != null && before.with(wish.stamp()).equals(wish),
                state.tokens().size(),
                limits.tokensMax());
        Transition settled = write.settled(state, Condition.ABSENT_OR_SAME);
        if (settled != null) {
            return settled;
        }
        Stamp stamp = new Stamp(index, index);
        Change change = change(
                index,
                command.at(),
                Kind.TOKEN_CREATED,
                wish.name().value(),
                "created, role " + Words.of(wish.role()) + pools(wish)
                        + (wish.expires() == null ? "" : ", until " + wish.expires()));
        return new Transition(
                state.edit().token(wish.with(stamp)).commit(change), Accepted.of(Effect.CREATED, index, stamp));
    }

    private static String pools(Token token) {
        int more = token.pools().size() - POOLS_TOLD_MAX;
        return token.pools().isEmpty()
                ? ""
                : token.pools().stream()
                        .limit(POOLS_TOLD_MAX)
                        .map(PoolName::value)
                        .collect(Collectors.joining(" ", ", pools ", more > 0 ? " and " + more + " more" : ""));
    }

    static Transition remove(ClusterState state, long index, Command.RemoveToken command) {
        Token token = state.token(command.name());
        if (token == null) {
            return refused(state, Refusal.NO_SUCH_TOKEN, "there is no token " + command.name());
        }
        Transition stale = moved(state, "token", command.name().value(), token.stamp(), command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        Change change =
                change(index, command.at(), Kind.TOKEN_REMOVED, command.name().value(), "removed");
        return new Transition(
                state.edit().without(command.name()).commit(change), Accepted.of(Effect.REMOVED, index, token.stamp()));
    }

    /**
     * Whether an actor may still change something when its command is applied: a token that was removed since may not.
     */
    static boolean revoked(ClusterState state, Attribution by) {
        Long created = by.actor().created();
        if (created == null) {
            return false;
        }
        Token token = state.token(new TokenName(by.actor().name()));
        return token == null || token.stamp().created() != created;
    }
}
