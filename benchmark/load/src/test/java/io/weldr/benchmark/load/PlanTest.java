package io.weldr.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PlanTest {

    @Test
    void requestsAreDueAtEvenDistancesAndTheWarmOnesDoNotCount() {
        Plan plan = new Plan("127.0.0.1", 80, "/", 4_000, 64, Duration.ofSeconds(2), Duration.ofSeconds(10));
        assertThat(plan.requests()).isEqualTo(48_000);
        assertThat(plan.firstCounted()).isEqualTo(8_000);
        assertThat(plan.dueNanos(1)).isEqualTo(250_000);
        assertThat(plan.dueNanos(47_999)).isEqualTo(11_999_750_000L);
    }

    @Test
    void refusesWhatCannotBeMeant() {
        assertThatThrownBy(() -> new Plan("h", 0, "/", 1, 1, Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("port 0");
        assertThatThrownBy(() -> new Plan("h", 1, "", 1, 1, Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("path ''");
        assertThatThrownBy(() -> new Plan("h", 1, "/", 0, 1, Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("rate 0");
        assertThatThrownBy(() -> new Plan("h", 1, "/", 1, 1, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> new Plan("h", 1, "/", 1_000_000, 1, Duration.ZERO, Duration.ofHours(1)))
                .hasMessageContaining("fewer");
    }
}
