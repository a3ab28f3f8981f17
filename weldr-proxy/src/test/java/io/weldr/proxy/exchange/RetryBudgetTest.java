package io.weldr.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import org.junit.jupiter.api.Test;

/** Retries are a share of the requests, and a few a second. */
class RetryBudgetTest {

    private final DeadlineWheel wheel = new DeadlineWheel();
    private long nanos;

    private RetryBudget budget(int percent, int burst) {
        secondsPass(1);
        return new RetryBudget(
                ProxyLimits.DEFAULTS.with("retryPercentMax", percent).with("retryBurstMax", burst), wheel);
    }

    private void secondsPass(int seconds) {
        nanos += seconds * 1_000_000_000L;
        wheel.advance(nanos);
    }

    private static int granted(RetryBudget budget) {
        int granted = 0;
        while (budget.tryRetry()) {
            granted++;
        }
        return granted;
    }

    private static void requests(RetryBudget budget, int count) {
        for (int i = 0; i < count; i++) {
            budget.request();
        }
    }

    @Test
    void aShareOfTheRequestsMayBeRetried() {
        RetryBudget budget = budget(20, 0);
        assertThat(granted(budget)).isZero();
        requests(budget, 4);
        assertThat(granted(budget)).isZero();
        requests(budget, 1);
        assertThat(granted(budget)).isEqualTo(1);
        requests(budget, 12);
        assertThat(granted(budget)).isEqualTo(2);
        requests(budget, 3);
        assertThat(granted(budget)).as("the rest was not lost").isEqualTo(1);
    }

    @Test
    void aFewASecondAreAlwaysAllowed() {
        RetryBudget budget = budget(0, 3);
        assertThat(granted(budget)).isEqualTo(3);
        assertThat(granted(budget)).isZero();
        secondsPass(1);
        assertThat(granted(budget)).isEqualTo(3);
        secondsPass(60);
        assertThat(granted(budget)).as("they are not saved up").isEqualTo(3);
    }

    @Test
    void creditIsSavedUpToTenSecondsOfTheBurst() {
        RetryBudget budget = budget(20, 3);
        requests(budget, 100_000);
        assertThat(granted(budget)).isEqualTo(3 + 30);
        secondsPass(1);
        assertThat(granted(budget)).isEqualTo(3);
    }

    @Test
    void withoutEitherNothingIsRetried() {
        RetryBudget budget = budget(0, 0);
        requests(budget, 1000);
        assertThat(granted(budget)).isZero();
    }
}
