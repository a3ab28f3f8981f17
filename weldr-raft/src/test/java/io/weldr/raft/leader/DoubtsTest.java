package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DoubtsTest {
    private final Doubts doubts = new Doubts();

    @Test
    void anHourOfDoubtsHasAFewLines() {
        int lines = 0;
        for (int minute = 0; minute < 60; minute++) {
            lines += begin(minute).isEmpty() ? 0 : 1;
        }
        assertThat(lines).isEqualTo(6);
    }

    @Test
    void aLineSaysHowManyWereLeftOut() {
        assertThat(begin(0)).isEqualTo("Leadership is in doubt, term 7: not acting for the moment");
        assertThat(begin(1)).isEmpty();
        assertThat(begin(2)).isEmpty();
        assertThat(begin(10))
                .isEqualTo(
                        "Leadership is in doubt, term 7: not acting for the moment (doubts since the last such line: 2)");
        assertThat(begin(30)).isEqualTo("Leadership is in doubt, term 7: not acting for the moment");
    }

    private String begin(int minute) {
        return doubts.begin(7, Duration.ofMinutes(minute).toNanos());
    }
}
