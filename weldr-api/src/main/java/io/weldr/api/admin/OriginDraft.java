package io.weldr.api.admin;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.state.OriginPatch;
import io.weldr.core.state.OriginSpec;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a request, whole or in part. Null: not said.
 *
 * @param drainDeadline there exactly if {@code admin} is draining
 * @param inheritHealth it says that the pool's policy shall hold; not together with {@code health}
 * @param inheritConnectionsMax it says that the pool's limit shall hold; not together with {@code connectionsMax}
 */
public record OriginDraft(
        @Nullable OriginUrl url,
        @Nullable OriginId id,
        @Nullable Integer weight,
        @Nullable AdminState admin,
        @Nullable Instant drainDeadline,
        @Nullable HostPolicy host,
        @Nullable HealthDraft health,
        boolean inheritHealth,
        @Nullable Integer priority,
        @Nullable Integer connectionsMax,
        boolean inheritConnectionsMax,
        @Nullable Map<String, String> labels) {

    /** An origin as it is to be added, with its own policy or null. */
    OriginSpec spec(OriginUrl where, @Nullable HealthPolicy own) {
        return new OriginSpec(where, id, weight, host, own, priority, connectionsMax, labels);
    }

    /** What is to change of an origin, its own policy being that; null: not said, or the pool's. */
    OriginPatch patch(@Nullable HealthPolicy own) {
        return new OriginPatch(
                url,
                weight,
                admin,
                drainDeadline,
                host,
                own,
                inheritHealth,
                priority,
                connectionsMax,
                inheritConnectionsMax,
                labels);
    }

    /** The same without saying that priority, limit and labels are what they are by default. */
    OriginDraft withoutDefaults() {
        return new OriginDraft(
                url,
                id,
                weight,
                admin,
                drainDeadline,
                host,
                health,
                inheritHealth,
                priority != null && priority == 0 ? null : priority,
                connectionsMax,
                false,
                labels != null && labels.isEmpty() ? null : labels);
    }
}
