package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of an origin. Null: stays. Made by a {@link Builder}.
 *
 * @param drainDeadline there if {@code admin} is draining, and only then
 * @param inheritHealth drop its own policy, so that the pool's holds; not together with {@code health}
 * @param inheritConnectionsMax drop its own limit, so that the pool's holds; not together with {@code connectionsMax}
 */
public record OriginPatch(
        @Nullable OriginUrl url,
        @Nullable Integer weight,
        @Nullable AdminState admin,
        @Nullable Instant drainDeadline,
        @Nullable HostPolicy hostPolicy,
        @Nullable HealthPolicy health,
        boolean inheritHealth,
        @Nullable Integer priority,
        @Nullable Integer connectionsMax,
        boolean inheritConnectionsMax,
        @Nullable Map<String, String> labels) {

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
        if (priority != null) {
            Check.inRange("priority", priority, 0, Origin.PRIORITY_MAX);
        }
        Origin.checkConnections(connectionsMax);
        Check.that(
                connectionsMax == null || !inheritConnectionsMax,
                "connectionsMax",
                String.valueOf(connectionsMax),
                "either an own limit or the pool's, not both");
        labels = labels == null ? null : Origin.checkedLabels(labels);
    }

    /** Without priority, limit and labels. */
    public OriginPatch(
            @Nullable OriginUrl url,
            @Nullable Integer weight,
            @Nullable AdminState admin,
            @Nullable Instant drainDeadline,
            @Nullable HostPolicy hostPolicy,
            @Nullable HealthPolicy health,
            boolean inheritHealth) {
        this(url, weight, admin, drainDeadline, hostPolicy, health, inheritHealth, null, null, false, null);
    }

    /** The first cluster version under which a command may hold it. */
    ClusterVersion since() {
        return priority == null && connectionsMax == null && !inheritConnectionsMax && labels == null
                ? ClusterVersion.of(health)
                : ClusterVersion.RESOURCES;
    }

    /** Changes nothing so far. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects what changes. */
    public static final class Builder {
        private @Nullable OriginUrl url;
        private @Nullable Integer weight;
        private @Nullable AdminState admin;
        private @Nullable Instant drainDeadline;
        private @Nullable HostPolicy hostPolicy;
        private @Nullable HealthPolicy health;
        private boolean inheritHealth;
        private @Nullable Integer priority;
        private @Nullable Integer connectionsMax;
        private boolean inheritConnectionsMax;
        private @Nullable Map<String, String> labels;

        private Builder() {}

        public Builder url(@Nullable OriginUrl value) {
            url = value;
            return this;
        }

        public Builder weight(@Nullable Integer value) {
            weight = value;
            return this;
        }

        /** What the operator wants of it, with a deadline if {@code state} is draining, and only then. */
        public Builder admin(@Nullable AdminState state, @Nullable Instant deadline) {
            admin = state;
            drainDeadline = deadline;
            return this;
        }

        public Builder hostPolicy(@Nullable HostPolicy value) {
            hostPolicy = value;
            return this;
        }

        public Builder health(@Nullable HealthPolicy value) {
            health = value;
            return this;
        }

        /** Whether it drops its own policy. */
        public Builder inheritHealth(boolean value) {
            inheritHealth = value;
            return this;
        }

        public Builder priority(@Nullable Integer value) {
            priority = value;
            return this;
        }

        public Builder connectionsMax(@Nullable Integer value) {
            connectionsMax = value;
            return this;
        }

        /** Whether it drops its own limit. */
        public Builder inheritConnectionsMax(boolean value) {
            inheritConnectionsMax = value;
            return this;
        }

        public Builder labels(@Nullable Map<String, String> value) {
            labels = value;
            return this;
        }

        public OriginPatch build() {
            return new OriginPatch(
                    url,
                    weight,
                    admin,
                    drainDeadline,
                    hostPolicy,
                    health,
                    inheritHealth,
                    priority,
                    connectionsMax,
                    inheritConnectionsMax,
                    labels);
        }
    }
}
