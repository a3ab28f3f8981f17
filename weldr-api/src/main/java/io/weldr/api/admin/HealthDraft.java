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
        HealthPolicy whole = HealthPolicy.DEFAULT;
        complete(new HealthPolicy(
                whole.path(),
                whole.method(),
                whole.expected(),
                INTERVAL_MOST,
                TIMEOUT_LEAST,
                whole.failuresToDown(),
                whole.passesToUp(),
                whole.initial(),
                whole.confirm()));
    }

    /**
     * The whole policy.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    public HealthPolicy complete(HealthPolicy base) {
        return new HealthPolicy(
                path != null ? path : base.path(),
                method != null ? method : base.method(),
                expected != null ? expected : base.expected(),
                interval != null ? interval : base.interval(),
                timeout != null ? timeout : base.timeout(),
                failures != null ? failures : base.failuresToDown(),
                passes != null ? passes : base.passesToUp(),
                initial != null ? initial : base.initial(),
                confirm != null ? confirm : base.confirm());
    }
}
