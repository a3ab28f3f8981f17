package io.weldr.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
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

    @Test
    void connectionsThatWereMadeTogetherGrowOldOneAfterTheOther() {
        ProxyLimits limits = ProxyLimits.DEFAULTS;
        int most = DeadlineWheel.ticks(limits.originConnectionAgeMax());
        UpstreamLoop loop = Embedded.upstream(wheel, new NameResolver(), limits);
        Set<Integer> ages = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ages.add(loop.ageTicks());
        }
        assertThat(ages).allSatisfy(age -> assertThat(age).isBetween(most - most / 4, most));
        assertThat(ages).as("different ages").hasSizeGreaterThan(10);
    }

    @Test
    void noLimitOfTheAgeIsNoneForAnyConnection() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("originConnectionAgeMax", Duration.ZERO);
        assertThat(Embedded.upstream(wheel, new NameResolver(), limits).ageTicks())
                .isZero();
    }
}
