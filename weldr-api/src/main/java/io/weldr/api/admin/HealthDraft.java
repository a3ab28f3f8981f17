package io.weldr.api.admin;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.weldr.proto.resource.v1.HealthPolicy;
import io.weldr.wire.resource.HealthPolicies;
import java.time.Duration;
import java.util.List;

/**
 * The health policy of a request, whole or in part.
 *
 * @param said a field that is absent is as in the policy that the draft completes
 * @param defaults fields that get their default, by their names in JSON
 */
public record HealthDraft(HealthPolicy said, List<String> defaults) {
    /** Goes with every valid interval and with every valid timeout, so that only what a draft says can be wrong. */
    private static final com.google.protobuf.Duration TIMEOUT_LEAST = com.google.protobuf.Duration.newBuilder()
            .setNanos((int) Duration.ofMillis(10).toNanos())
            .build();

    private static final com.google.protobuf.Duration INTERVAL_MOST = com.google.protobuf.Duration.newBuilder()
            .setSeconds(Duration.ofHours(1).toSeconds())
            .build();

    public HealthDraft {
        defaults = List.copyOf(defaults);
    }

    /**
     * Refuses what no policy could make valid, without knowing the policy that the draft completes.
     *
     * @throws IllegalArgumentException with the field that is wrong
     */
    public void check() {
        HealthPolicy base = HealthPolicy.newBuilder()
                .setInterval(INTERVAL_MOST)
                // A connection may take as long as the probe, whose timeout may be anything as long as it is not said.
                .setTimeout(said.hasConnectTimeout() ? said.getConnectTimeout() : TIMEOUT_LEAST)
                .build();
        HealthPolicies.decode(merged(base), io.weldr.core.pool.HealthPolicy.DEFAULT);
    }

    /**
     * The whole policy.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    public io.weldr.core.pool.HealthPolicy complete(io.weldr.core.pool.HealthPolicy base) {
        return HealthPolicies.decode(merged(HealthPolicies.encode(base)), io.weldr.core.pool.HealthPolicy.DEFAULT);
    }

    private HealthPolicy merged(HealthPolicy base) {
        HealthPolicy.Builder merged = base.toBuilder();
        for (FieldDescriptor field : HealthPolicy.getDescriptor().getFields()) {
            if (defaults.contains(field.getJsonName())) {
                merged.clearField(field);
            }
        }
        // A merge of messages would mix two durations, and two maps.
        said.getAllFields().forEach(merged::setField);
        return merged.build();
    }
}
