package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackOffTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final Random random = new Random(1);

    private Duration wait(int failures, Instant asked) {
        return Duration.between(NOW, BackOff.until(failures, NOW, asked, random));
    }

    @Test
    void doublesFromOneMinuteToSixHours() {
        for (int failures = 1; failures < 40; failures++) {
            double minutes = Math.min(360, Math.pow(2, failures - 1.0));
            assertThat(wait(failures, Instant.MIN).toMillis() / 60_000.0).isBetween(minutes, minutes * 1.1);
        }
        assertThat(wait(Integer.MAX_VALUE, Instant.MIN)).isBetween(Duration.ofHours(6), Duration.ofHours(7));
    }

    @Test
    void whatTheAuthorityAsksForIsKeptToUpToAWeek() {
        assertThat(wait(1, NOW.plusSeconds(7200))).isEqualTo(Duration.ofHours(2));
        assertThat(wait(9, NOW.plusSeconds(1))).isGreaterThan(Duration.ofHours(4));
        assertThat(wait(1, Instant.MAX)).isEqualTo(Duration.ofDays(7));
    }
}
