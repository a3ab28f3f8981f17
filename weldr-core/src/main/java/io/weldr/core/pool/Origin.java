package io.weldr.core.pool;

import io.weldr.core.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One server that requests are sent to.
 *
 * @param weight share of requests beside the other origins, 0 to {@value #WEIGHT_MAX}; 0 takes none
 * @param drainDeadline until when requests under way may finish; there while draining, and only then
 * @param health its own policy; null: the pool's
 * @param generation the revision at which it was added or its URL last changed: a verdict on an older generation is about
 *     something else
 * @param created revision at which it was added
 * @param modified revision of the last change that an operator made to it: what {@code ETag} and {@code If-Match} speak of
 */
public record Origin(
        OriginId id,
        OriginUrl url,
        int weight,
        AdminState admin,
        @Nullable Instant drainDeadline,
        Verdict verdict,
        HostPolicy hostPolicy,
        @Nullable HealthPolicy health,
        long generation,
        long created,
        long modified) {
    public static final int WEIGHT_MAX = 100;

    public Origin {
        Check.inRange("weight", weight, 0, WEIGHT_MAX);
        Check.that(
                (drainDeadline != null) == (admin == AdminState.DRAINING),
                "drain deadline",
                String.valueOf(drainDeadline),
                "a deadline exactly while draining");
    }

    /** Whether new requests may be sent to it. */
    public boolean serving() {
        return admin == AdminState.ENABLED && verdict.up() && weight > 0;
    }

    /** The policy that it is probed by. */
    public HealthPolicy healthPolicy(HealthPolicy poolPolicy) {
        return health != null ? health : poolPolicy;
    }

    /** The one word for how it stands: what an operator said goes before what probes found. */
    public String state() {
        return switch (admin) {
            case DRAINING -> "draining";
            case MAINTENANCE -> "maintenance";
            case ENABLED -> verdict.up() ? "up" : "down";
        };
    }

    /** The same origin with another verdict. */
    public Origin with(Verdict next, long modifiedThen) {
        return new Origin(
                id, url, weight, admin, drainDeadline, next, hostPolicy, health, generation, created, modifiedThen);
    }
}
