package io.weldr.core.state;

import io.weldr.core.Stamp;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import org.jspecify.annotations.Nullable;

/** The result of a command that was committed and applied. */
public sealed interface Outcome {
    /**
     * The state is as the command wished.
     *
     * @param revision of the state that holds it; for {@link Effect#UNCHANGED} the one that already held it
     * @param origin the origin after the command, or as it last stood if it was removed; null where it was no origin's
     * @param health the pool's policy after the command; null where it was no policy's
     * @param stamp of the pool, listener, route, certificate or token after the command, or as it last stood if it was
     *     removed; null where it was none's
     */
    record Accepted(
            Effect effect,
            long revision,
            @Nullable Origin origin,
            @Nullable HealthPolicy health,
            @Nullable Stamp stamp) implements Outcome {

        /** Of a command that wrote neither an origin nor a policy. */
        public static Accepted plain(Effect effect, long revision) {
            return new Accepted(effect, revision, null, null, null);
        }

        public static Accepted of(Effect effect, long revision, Origin origin) {
            return new Accepted(effect, revision, origin, null, null);
        }

        public static Accepted of(Effect effect, long revision, HealthPolicy health) {
            return new Accepted(effect, revision, null, health, null);
        }

        public static Accepted of(Effect effect, long revision, Stamp stamp) {
            return new Accepted(effect, revision, null, null, stamp);
        }
    }

    /** Nothing changed, and the same command would be refused again while the state is what it is. */
    record Refused(Refusal refusal, String detail) implements Outcome {}

    /** How the state differs from before. */
    enum Effect {
        CREATED,
        UPDATED,
        /** It was so already. */
        UNCHANGED,
        REMOVED
    }

    /** Why a command was refused. */
    enum Refusal {
        NO_SUCH_POOL,
        NO_SUCH_ORIGIN,
        NO_SUCH_MEMBER,
        NO_SUCH_LISTENER,
        NO_SUCH_ROUTE,
        NO_SUCH_CERTIFICATE,
        NO_SUCH_TOKEN,
        /** The token of whoever asked for it was removed in the meantime. */
        REVOKED,
        /** There is another entry under that id or address. */
        ALREADY_EXISTS,
        /** The state moved on since the revision or generation that the command expected. */
        PRECONDITION_FAILED,
        /** Something else needs it: it has to go, or to be changed, first. */
        IN_USE,
        /**
         * Routes, listeners or pools have changed since the leader checked the command: the same command may be
         * admitted again.
         */
        CHECKED_TOO_EARLY,
        /** The result would be larger than a limit allows. */
        LIMIT_EXCEEDED,
        /** The parts are valid, together they are not. */
        INVALID
    }
}
