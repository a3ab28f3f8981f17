package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessAgeTest {
    private static final String STAT =
            "4711 (java) -x) S 1 4711 4711 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 12 0 %d 123456 789";

    @Test
    void itIsTheTimeSinceTheProcessWasStarted() {
        assertThat(ProcessAge.of(STAT.formatted(100_000), "1002.50 2000.00\n")).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void aKernelThatTellsSomethingElseIsNotBelieved() {
        assertThat(ProcessAge.of(STAT.formatted(100_000), "5.00 2000.00\n")).isZero();
        assertThat(ProcessAge.of(STAT.formatted(100_000), "9999999.00 1.00\n")).isZero();
    }

    @Test
    void thisProcessHasAnAgeOrNoneIsTold() {
        assertThat(ProcessAge.now()).isBetween(Duration.ZERO, Duration.ofHours(1));
    }
}
