package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private final DiskWatch watch = new DiskWatch();
    private long now;

    private Duration look(long last, long flushed) {
        now += Duration.ofMillis(250).toNanos();
        return watch.look(last, flushed, now);
    }

    @Test
    void anIdleLogIsNoSlowDisk() {
        for (int i = 0; i < 100; i++) {
            assertThat(look(7, 7)).isZero();
        }
        assertThat(look(-1, -1)).isZero();
    }

    @Test
    void theFirstLookTellsNothing() {
        now = Duration.ofHours(8).toNanos(); // of a clock that has run for long
        assertThat(look(1, -1)).as("the first entry is on its way to the disk").isZero();
        assertThat(look(2, 0)).isZero();
    }

    @Test
    void aBusyDiskThatGetsOnIsNoSlowDisk() {
        for (int i = 0; i < 100; i++) {
            assertThat(look(1_000 + i, i / 4)).isZero();
        }
    }

    @Test
    void aDiskThatTakesNothingForTwoSecondsIsOneUntilItTakesSomething() {
        look(7, 7);
        for (int i = 0; i < 7; i++) {
            assertThat(look(8 + i, 7)).isZero();
        }
        assertThat(look(20, 7)).isEqualTo(Duration.ofSeconds(2));
        assertThat(look(21, 7)).isEqualTo(Duration.ofMillis(2250));
        assertThat(look(22, 8)).isZero();
        assertThat(look(22, 22)).isZero();
    }
}
