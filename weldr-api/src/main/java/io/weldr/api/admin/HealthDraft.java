package io.weldr.api.admin;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.StatusRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request says of a health policy. Null: not said, so it is as in the policy that it completes. */
public record HealthDraft(
        @Nullable String path,
        HealthPolicy.@Nullable Method method,
        @Nullable List<StatusRange> expected,
        @Nullable Duration interval,
        @Nullable Duration timeout,
        @Nullable Integer failures,
        @Nullable Integer passes,
        HealthPolicy.@Nullable Initial initial,
        HealthPolicy.@Nullable Confirm confirm) {

    /** Goes with every valid interval and with every valid timeout, so that only what a draft says can be wrong. */
    private static final Duration TIMEOUT_LEAST = Duration.ofMillis(10);

    private static final Duration INTERVAL_MOST = Duration.ofHours(1);

    /**
     * Refuses what no policy could make valid, without knowing the policy that the draft completes.
     *
     * @throws IllegalArgumentException with the field that is wrong
     */
    public void check() {
        complete(HealthPolicy.builder()
                .interval(INTERVAL_MOST)
                .timeout(TIMEOUT_LEAST)
                .build());
    }

    /**
     * The whole policy.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    public HealthPolicy complete(HealthPolicy base) {
        HealthPolicy.Builder policy = base.toBuilder();
        if (path != null) {
            policy.path(path);
        }
        if (method != null) {
            policy.method(method);
        }
        if (expected != null) {
            policy.expected(expected);
        }
        if (interval != null) {
            policy.interval(interval);
        }
        if (timeout != null) {
            policy.timeout(timeout);
        }
        if (failures != null) {
            policy.failuresToDown(failures);
        }
        if (passes != null) {
            policy.passesToUp(passes);
        }
        if (initial != null) {
            policy.initial(initial);
        }
        if (confirm != null) {
            policy.confirm(confirm);
        }
        return policy.build();
    }
}
