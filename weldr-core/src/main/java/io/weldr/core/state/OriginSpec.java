package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An origin to add, as the operator specified it. Null: not said, so the default holds, or whatever the entry has
 * already.
 */
public record OriginSpec(
        OriginUrl url,
        @Nullable OriginId id,
        @Nullable Integer weight,
        @Nullable HostPolicy hostPolicy,
        @Nullable HealthPolicy health,
        @Nullable Integer priority,
        @Nullable Integer connectionsMax,
        @Nullable Map<String, String> labels) {

    private static final int WEIGHT_DEFAULT = 1;

    public OriginSpec {
        if (weight != null) {
            Check.inRange("weight", weight, 0, Origin.WEIGHT_MAX);
        }
        if (priority != null) {
            Check.inRange("priority", priority, 0, Origin.PRIORITY_MAX);
        }
        Origin.checkConnections(connectionsMax);
        labels = labels == null ? null : Origin.checkedLabels(labels);
    }

    /** Without priority, limit and labels. */
    public OriginSpec(
            OriginUrl url,
            @Nullable OriginId id,
            @Nullable Integer weight,
            @Nullable HostPolicy hostPolicy,
            @Nullable HealthPolicy health) {
        this(url, id, weight, hostPolicy, health, null, null, null);
    }

    /** Only a URL, as in the simplest request. */
    public static OriginSpec of(OriginUrl url) {
        return new OriginSpec(url, null, null, null, null);
    }

    /** The first cluster version under which a command may hold it. */
    ClusterVersion since() {
        return priority == null && connectionsMax == null && labels == null
                ? ClusterVersion.of(health)
                : ClusterVersion.RESOURCES;
    }

    OriginId idOrDefault() {
        return id != null ? id : OriginId.of(url.address());
    }

    int weightOrDefault() {
        return weight != null ? weight : WEIGHT_DEFAULT;
    }

    HostPolicy hostPolicyOrDefault() {
        return hostPolicy != null ? hostPolicy : HostPolicy.PRESERVE;
    }

    int priorityOrDefault() {
        return priority != null ? priority : 0;
    }

    Map<String, String> labelsOrDefault() {
        return labels != null ? labels : Map.of();
    }

    /** Whether that entry already is all that is said here. */
    boolean describes(Origin origin) {
        return origin.url().equals(url)
                && (id == null || id.equals(origin.id()))
                && (weight == null || weight == origin.weight())
                && (hostPolicy == null || hostPolicy == origin.hostPolicy())
                && (health == null || health.equals(origin.health()))
                && (priority == null || priority == origin.priority())
                && (connectionsMax == null || connectionsMax.equals(origin.connectionsMax()))
                && (labels == null || labels.equals(origin.labels()));
    }
}
