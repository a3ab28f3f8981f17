package io.weldr.api.admin;

import io.weldr.core.Stamp;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome.Effect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write that was committed and applied here.
 *
 * @param state of this node, which has applied it
 * @param revision of the state that holds it
 * @param origin after the write, or as it last stood if it was removed; null where it was no origin's
 * @param health the pool's policy after the write, where that was written
 * @param stamp of the pool, listener, route or certificate after the write, or as it last stood if it was removed; null
 *     where it was none's
 * @param applied how far each member is, if that was asked for; else empty
 */
public record Written(
        Effect effect,
        ClusterState state,
        long revision,
        @Nullable Origin origin,
        @Nullable HealthPolicy health,
        @Nullable Stamp stamp,
        List<Applied> applied) {

    public Written {
        applied = List.copyOf(applied);
    }

    /**
     * How far a member is.
     *
     * @param index how far it has applied the log; null: it did not answer
     * @param reason why it does not serve by the write, as far as is known, for people; null: it does
     */
    public record Applied(
            MemberId member, @Nullable Long index, @Nullable String reason) {
        /** Whether it does not serve by the write, as far as is known. */
        public boolean missing() {
            return reason != null;
        }
    }
}
