package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.SECOND;
import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When origins are probed. */
class ProbeTimesTest extends MonitoredPool {
    @Test
    void firstProbesAreSpreadEvenlyOverTheIntervalAndStaySpread() {
        for (int i = 0; i < 300; i++) {
            lab.add(url(i), null);
        }
        lab.monitor.start(1);
        seconds(300);
        // ten intervals of 30 s, 300 origins: ten probes in each second, two more or less for the edges of shares
        long[] perSecond = new long[300];
        lab.sent.forEach(one -> perSecond[(int) Math.min(299, one.nanos() / SECOND.toNanos())]++);
        assertThat(LongStream.of(perSecond).boxed().toList())
                .allSatisfy(count -> assertThat(count).isBetween(7L, 13L));
        assertThat(LongStream.of(perSecond).sum()).isBetween(3000L - 10, 3000L + 10);
    }

    @Test
    void theSameSeedGivesTheSameTimesAndAnotherSeedOthers() {
        List<List<Laboratory.Sent>> runs = new java.util.ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            Laboratory one = new Laboratory(seed, 100);
            IntStream.range(0, 5).forEach(i -> one.add(url(i), null));
            one.monitor.start(1);
            one.time.advance(Duration.ofSeconds(100));
            runs.add(one.sent);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
    }

    @Test
    void anOriginThatIsAddedIsProbedWithinASecond() {
        lab.monitor.start(1);
        seconds(100);
        lab.add(A, null);
        seconds(1);
        assertThat(lab.sentTo(A)).isEqualTo(1);
        seconds(30);
        assertThat(lab.sentTo(A)).isEqualTo(2);
    }

    @Test
    void anotherPolicyTakesEffectAtOnce() {
        lab.add(A, null);
        lab.monitor.start(1);
        seconds(31);
        long before = lab.sentTo(A);
        lab.policy(policy("/other", Duration.ofMillis(200), HealthPolicy.Initial.UP));
        seconds(2);
        assertThat(lab.sentTo(A) - before).isBetween(9L, 11L);
        assertThat(lab.sent).last().matches(one -> one.policy().path().equals("/other"));
        lab.policy(HealthPolicy.DEFAULT);
        long after = lab.sentTo(A);
        seconds(30);
        assertThat(lab.sentTo(A) - after).isBetween(1L, 2L);
    }

    @Test
    void probesKeepTheirBeatAfterASuspension() {
        lab.add(A, EVERY_10_S);
        lab.monitor.start(1);
        seconds(20);
        long first = lab.sent.get(0).nanos();
        lab.monitor.suspend();
        seconds(25);
        lab.monitor.start(1);
        seconds(60);
        assertThat(lab.sent.get(2).nanos()).as("the overdue probe").isEqualTo(45 * SECOND.toNanos());
        assertThat(lab.sent.subList(3, lab.sent.size()))
                .hasSizeBetween(5, 6)
                .allMatch(one -> (one.nanos() - first) % (10 * SECOND.toNanos()) == 0);
    }

    @Test
    void hangingOriginsHoldUpNobodyAndTheCapHolds() {
        Laboratory small = new Laboratory(7, 10);
        for (int i = 0; i < 40; i++) {
            small.add(url(i), policy("/", Duration.ofSeconds(2), HealthPolicy.Initial.UP));
        }
        small.originsHang = true; // each takes its whole second: 10 a second is what the cap lets through
        small.monitor.start(1);
        small.time.advance(Duration.ofSeconds(60));
        assertThat(small.sent.size()).isBetween(580, 610);
        for (int i = 0; i < 40; i++) {
            assertThat(small.sentTo(url(i))).as("fair share of " + i).isBetween(13L, 17L);
            assertThat(small.up(url(i))).isFalse();
        }
        assertThat(small.submitted).hasSize(40);
    }

    @Test
    void aProbeThatTakesTheWholeIntervalDoesNotHalveTheBeat() {
        lab.add(A, policy("/", Duration.ofMillis(500), HealthPolicy.Initial.UP)); // timeout 500 ms as well
        lab.originsHang = true;
        lab.monitor.start(1);
        seconds(20);
        assertThat(lab.sentTo(A)).isBetween(38L, 41L);
    }
}
