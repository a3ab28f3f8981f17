package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeadAddressesTest {
    private static final Duration HELD = Duration.ofSeconds(30);
    private static final List<String> ALL = List.of("a", "b", "c", "d");

    private final DeadAddresses<String> dead = new DeadAddresses<>(HELD);
    private long now = Long.MAX_VALUE - Duration.ofSeconds(40).toNanos(); // the clock may overflow meanwhile

    private List<String> order() {
        return dead.inOrder(ALL, now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void anAddressThatFailedComesLastUntilItConnects() {
        assertThat(order()).isEqualTo(ALL);
        dead.failed("a", now);
        dead.failed("c", now);
        assertThat(order()).containsExactly("b", "d", "a", "c");
        dead.connected("a");
        assertThat(order()).containsExactly("a", "b", "d", "c");
        dead.connected("c");
        assertThat(order()).isEqualTo(ALL);
    }

    @Test
    void afterItsTimeOneCallerTriesItFirstAndTheOthersLast() {
        dead.failed("b", now);
        dead.failed("c", now);
        pass(HELD.minusNanos(1));
        assertThat(order()).containsExactly("a", "d", "b", "c");
        pass(Duration.ofNanos(1));
        assertThat(order()).as("one at a time").containsExactly("b", "a", "d", "c");
        assertThat(order()).containsExactly("c", "a", "d", "b");
        assertThat(order()).containsExactly("a", "d", "b", "c");
        dead.connected("b");
        pass(HELD);
        assertThat(order()).containsExactly("c", "a", "b", "d");
    }

    @Test
    void whenAllAreDeadTheyAreTriedAllTheSame() {
        ALL.forEach(address -> dead.failed(address, now));
        assertThat(order()).isEqualTo(ALL);
    }

    @Test
    void theOnlyAddressIsTriedByEverybody() {
        dead.failed("a", now);
        pass(HELD);
        assertThat(dead.inOrder(List.of("a"), now)).containsExactly("a");
    }

    @Test
    void noMoreThanSoManyAreRemembered() {
        List<String> many = IntStream.range(0, DeadAddresses.ADDRESSES_MAX)
                .mapToObj(String::valueOf)
                .toList();
        many.forEach(address -> dead.failed(address, now));
        dead.failed("b", now);
        assertThat(order()).as("the newest is").containsExactly("a", "c", "d", "b");
        long remembered = many.stream()
                .filter(address -> dead.inOrder(List.of(address, "a"), now).equals(List.of("a", address)))
                .count();
        assertThat(remembered).isEqualTo(DeadAddresses.ADDRESSES_MAX - 1);
    }
}
