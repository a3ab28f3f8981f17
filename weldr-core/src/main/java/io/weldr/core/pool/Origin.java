package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Names;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One server that requests are sent to.
 *
 * @param weight share of requests beside the other origins, 0 to {@value #WEIGHT_MAX}; 0 takes none
 * @param drainDeadline until when requests under way may finish; there while draining, and only then
 * @param health its own policy; null: the pool's
 * @param priority 0 to {@value #PRIORITY_MAX}; origins of a higher number are used when too few of the lower ones are
 *     up
 * @param connectionsMax connections of one node to it, 0 to 1 000 000; 0: no limit; null: as the pool has it
 * @param labels what operators note about it, by name; at most {@value #LABELS_MAX}
 * @param generation the revision at which it was added or its URL last changed: a verdict on an older generation is
 *     about something else
 * @param created revision at which it was added
 * @param modified revision of the last change that an operator made to it: what {@code ETag} and {@code If-Match} speak
 *     of
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
        int priority,
        @Nullable Integer connectionsMax,
        Map<String, String> labels,
        long generation,
        long created,
        long modified) {
    public static final int WEIGHT_MAX = 100;
    public static final int PRIORITY_MAX = 9;
    static final int LABELS_MAX = 16;
    private static final int LABEL_CHARS_MAX = 128;

    public Origin {
        Check.inRange("weight", weight, 0, WEIGHT_MAX);
        Check.that(
                (drainDeadline != null) == (admin == AdminState.DRAINING),
                "drain deadline",
                String.valueOf(drainDeadline),
                "a deadline exactly while draining");
        Check.inRange("priority", priority, 0, PRIORITY_MAX);
        checkConnections(connectionsMax);
        labels = checkedLabels(labels);
    }

    /** Throws unless it is null or a number of connections. */
    public static void checkConnections(@Nullable Integer connectionsMax) {
        if (connectionsMax != null) {
            Check.inRange("connectionsMax", connectionsMax, 0, OriginLimits.CONNECTIONS_MOST);
        }
    }

    /** The same labels in the order of their names, if they are valid. */
    public static Map<String, String> checkedLabels(Map<String, String> labels) {
        Check.atMost("labels", labels.size(), LABELS_MAX);
        labels.forEach((name, value) -> {
            Names.check("labels", name, "-_./", 64);
            Check.that(
                    value.length() <= LABEL_CHARS_MAX && value.chars().noneMatch(Character::isISOControl),
                    "labels." + name,
                    value,
                    "up to " + LABEL_CHARS_MAX + " characters, and no control characters");
        });
        return Collections.unmodifiableMap(new TreeMap<>(labels));
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
                id,
                url,
                weight,
                admin,
                drainDeadline,
                next,
                hostPolicy,
                health,
                priority,
                connectionsMax,
                labels,
                generation,
                created,
                modifiedThen);
    }
}
