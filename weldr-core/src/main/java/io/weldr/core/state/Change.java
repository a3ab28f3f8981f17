package io.weldr.core.state;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.PoolName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change that was applied, for history and watchers.
 *
 * @param revision the log index that it came with
 * @param at when its command was made, by the clock of the node that took it
 * @param pool the pool it happened in; null for members
 * @param subject the id of the origin or member, or the name of the pool
 * @param origin the origin after the change, or as it last stood if it was removed; null where it is no origin's
 * @param detail one line for people
 */
public record Change(
        long revision,
        Instant at,
        Kind kind,
        @Nullable PoolName pool,
        String subject,
        @Nullable Origin origin,
        String detail) {

    /** What happened. */
    public enum Kind {
        ORIGIN_ADDED,
        ORIGIN_UPDATED,
        ORIGIN_REMOVED,
        VERDICT,
        HEALTH_POLICY_SET,
        MEMBER_ANNOUNCED,
        MEMBER_RETIRED
    }
}
