package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Looks at interfaces in simulated time. */
class LinkWatchTest {
    private static final String FAULT = "interface eth0 has no carrier";

    private long now = Long.MAX_VALUE - Duration.ofSeconds(10).toNanos(); // it wraps around, as System.nanoTime may
    private final LinkWatch watch = new LinkWatch(now);

    private void look(@Nullable String fault, Duration then) {
        watch.looked(fault, now);
        now += then.toNanos();
    }

    @Test
    void nothingIsKnownBeforeTheFirstLook() {
        assertThat(watch.canHold(now)).isFalse();
        assertThat(watch.trouble(now)).isNull();
        look(null, Duration.ZERO);
        assertThat(watch.canHold(now)).as("it may have been well for long").isTrue();
        assertThat(watch.shouldAsk(now)).isFalse();
    }

    @Test
    void aFlickerIsNoTrouble() {
        look(null, Duration.ofSeconds(60));
        look(FAULT, LinkWatch.PATIENCE.minusMillis(1));
        assertThat(watch.trouble(now)).isNull();
        assertThat(watch.shouldAsk(now)).isFalse();
        assertThat(watch.canHold(now)).as("but it is no time to take over").isFalse();
        look(null, LinkWatch.PATIENCE);
        assertThat(watch.trouble(now)).isNull();
    }

    @Test
    void troubleAsksTheOthersAgainAndAgain() {
        look(null, Duration.ofSeconds(60));
        look(FAULT, LinkWatch.PATIENCE);
        assertThat(watch.trouble(now)).isEqualTo(FAULT);
        assertThat(watch.shouldAsk(now)).isTrue();
        assertThat(watch.shouldAsk(now)).as("not twice at once").isFalse();
        look("interface eth0 is set down", LinkWatch.ASK_EVERY);
        assertThat(watch.trouble(now))
                .as("one trouble that looks otherwise now")
                .isEqualTo("interface eth0 is set down");
        assertThat(watch.shouldAsk(now)).isTrue();
    }

    @Test
    void anInterfaceThatIsBackHasToStayForAWhile() {
        look(FAULT, Duration.ofSeconds(60));
        look(null, LinkWatch.SETTLED.minusMillis(1));
        assertThat(watch.trouble(now)).isNull();
        assertThat(watch.canHold(now)).isFalse();
        look(null, Duration.ofMillis(1));
        assertThat(watch.canHold(now)).isTrue();
    }

    /** A fault may show on the holder alone, as when its kernel takes no address. */
    @Test
    void whoHasGivenWayRestsLongerEachTime() {
        look(null, Duration.ofSeconds(60));
        Duration rest = LinkWatch.REST_MIN;
        for (int time = 0; time < 12; time++) {
            watch.gaveWay(now);
            now += rest.minusMillis(1).toNanos();
            assertThat(watch.canHold(now)).as("time %s", time).isFalse();
            now += Duration.ofMillis(1).toNanos();
            assertThat(watch.canHold(now)).as("time %s", time).isTrue();
            rest = rest.multipliedBy(2).compareTo(LinkWatch.REST_MAX) < 0 ? rest.multipliedBy(2) : LinkWatch.REST_MAX;
        }
        now += 2 * LinkWatch.REST_MAX.toNanos();
        watch.gaveWay(now);
        now += LinkWatch.REST_MIN.toNanos();
        assertThat(watch.canHold(now)).as("after it was well for long").isTrue();
    }
}
