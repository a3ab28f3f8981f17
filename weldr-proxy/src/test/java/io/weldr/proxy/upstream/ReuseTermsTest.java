package io.weldr.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.net.DeadlineWheel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReuseTermsTest {
    private static final int IDLE = 500;

    private final DeadlineWheel wheel = new DeadlineWheel();

    private void pass(int ticks) {
        long tick = wheel.now() - 1 + ticks;
        assertThat(wheel.advance(
                        Duration.ofMillis(tick * DeadlineWheel.TICK_MILLIS).toNanos()))
                .isTrue();
    }

    @Test
    void aConnectionMayBeReusedUntilItIsOld() {
        ReuseTerms terms = new ReuseTerms(IDLE, wheel, 1000, null);
        assertThat(terms.allowAnother()).isTrue();
        assertThat(terms.idleTicks()).isEqualTo(IDLE);
        pass(600);
        assertThat(terms.allowAnother()).isTrue();
        assertThat(terms.idleTicks()).as("what is left of its life").isEqualTo(400);
        pass(400);
        assertThat(terms.allowAnother()).isFalse();
        assertThat(terms.idleTicks()).isPositive();
    }

    @Test
    void withoutALimitItMayGetAsOldAsItLikes() {
        ReuseTerms terms = new ReuseTerms(IDLE, wheel, 0, null);
        pass(1_000_000);
        assertThat(terms.allowAnother()).isTrue();
        assertThat(terms.idleTicks()).isEqualTo(IDLE);
    }
}
