package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is to change of an origin. Null: stays.
 *
 * @param drainDeadline there if {@code admin} is draining, and only then
 * @param inheritHealth drop its own policy, so that the pool's holds; not together with {@code health}
 */
public record OriginPatch(
        @Nullable OriginUrl url,
        @Nullable Integer weight,
        @Nullable AdminState admin,
        @Nullable Instant drainDeadline,
        @Nullable HostPolicy hostPolicy,
        @Nullable HealthPolicy health,
        boolean inheritHealth) {

    public OriginPatch {
        if (weight != null) {
            Check.inRange("weight", weight, 0, Origin.WEIGHT_MAX);
        }
        Check.that(
                (drainDeadline != null) == (admin == AdminState.DRAINING),
                "drain deadline",
                String.valueOf(drainDeadline),
                "a deadline exactly when draining is asked for");
        Check.that(
                health == null || !inheritHealth, "health", "a policy", "either an own policy or the pool's, not both");
    }
}
