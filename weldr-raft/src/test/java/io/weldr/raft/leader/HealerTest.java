package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.leader.LeaderProof.Finding;
import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealerTest {
    private static final RaftId SELF = RaftId.parse("n1");
    private static final RaftId N2 = RaftId.parse("n2");
    private static final RaftId N3 = RaftId.parse("n3");
    private static final long START_NANOS = Long.MAX_VALUE - 1_000_000; // the clock may pass its end
    private static final int LOOK_MILLIS = 100;

    private long nowMillis;

    /** What was done when: "1500 drop n2". */
    private final List<String> done = new ArrayList<>();

    private final Healer healer = healer(Duration.ofMillis(200), Duration.ofMillis(400));

    private Healer healer(Duration electionTimeoutMin, Duration electionTimeoutMax) {
        return new Healer(new Recorder(), Runnable::run, electionTimeoutMin, electionTimeoutMax, this::nowNanos);
    }

    private long nowNanos() {
        return START_NANOS + TimeUnit.MILLISECONDS.toNanos(nowMillis);
    }

    private final class Recorder implements Healer.Remedies {
        @Override
        public void nudge() {
            done.add(nowMillis + " nudge");
        }

        @Override
        public void stepDown() {
            done.add(nowMillis + " step down");
        }

        @Override
        public void resetConnections(RaftId voter) {
            done.add(nowMillis + " drop " + voter);
        }
    }

    private void look(NodeView view, RaftId... owing) {
        look(healer, view, null, owing);
    }

    private void look(Healer healer, NodeView view, @Nullable Long heardMillis, RaftId... owing) {
        Long heardNanos = heardMillis == null ? null : START_NANOS + TimeUnit.MILLISECONDS.toNanos(heardMillis);
        healer.look(new Moment(view, Finding.NOT_LEADING, nowNanos(), heardNanos), Set.of(owing));
        nowMillis += LOOK_MILLIS;
    }

    private static NodeView leader(long roleMillis, long silent2, long silent3) {
        return view(NodeView.Role.LEADER, true, roleMillis, Map.of(N2, silent2, N3, silent3));
    }

    private static NodeView follower() {
        return view(NodeView.Role.FOLLOWER, false, 90_000, Map.of());
    }

    private static NodeView view(NodeView.Role role, boolean ready, long roleMillis, Map<RaftId, Long> silent) {
        HostPort address = new HostPort("127.0.0.1", 1);
        List<Seat> voters = Stream.of(SELF, N2, N3)
                .map(id -> new Seat(id, address, Seat.LOW))
                .toList();
        Map<RaftId, Long> commits = Map.of(SELF, 10L, N2, 10L, N3, 10L);
        return new NodeView(
                SELF, role, true, ready, 3, null, 10, 10, 3, roleMillis, 0, silent, commits, voters, Set.of(), 1);
    }

    @Test
    void aLeaderDropsTheConnectionsToWhomItHearsNothingFrom() {
        look(leader(90_000, 2_000, 20));
        assertThat(done).isEmpty();
        look(leader(90_000, 2_001, 20));
        assertThat(done).containsExactly("100 drop n2");
    }

    /** It comes to its office with a silence of the longest election timeout, of voters who have just answered. */
    @Test
    void aNewLeaderGivesTheVotersTime() {
        look(leader(1_500, 2_500, 2_500));
        assertThat(done).isEmpty();
    }

    @Test
    void newConnectionsGetTimeAndEachEighthGetsMore() {
        while (nowMillis < 6_500) {
            look(leader(90_000, 20, 5_000));
        }
        assertThat(done).hasSize(10);
        assertThat(done).startsWith("0 drop n3", "500 drop n3", "1000 drop n3");
        assertThat(done).endsWith("3500 drop n3", "5500 drop n3", "6000 drop n3");
    }

    @Test
    void whoWasHeardIsNotWaitedForAnyMore() {
        look(leader(90_000, 20, 5_000));
        look(leader(90_000, 20, 0));
        look(leader(90_000, 20, 5_000));
        assertThat(done)
                .as("nudged for what its disk may have lost")
                .containsExactly("0 drop n3", "100 nudge", "200 drop n3", "200 nudge");
    }

    @Test
    void aNodeThatHearsOfNoLeaderDropsAll() {
        nowMillis = 10_000;
        look(healer, follower(), 8_000L);
        assertThat(done).isEmpty();
        look(healer, follower(), 8_000L);
        assertThat(done).containsExactly("10100 drop n2", "10100 drop n3");
    }

    /** All begin like that, and the first election needs what they have just opened. */
    @Test
    void aNodeThatHasJustStartedHasNotMissedALeaderYet() {
        while (nowMillis <= 2_000) {
            look(healer, follower(), null);
        }
        assertThat(done).isEmpty();
        look(healer, follower(), null);
        assertThat(done).containsExactly("2100 drop n2", "2100 drop n3");
    }

    /** A leader sends heartbeats twice in the least election timeout, here every five seconds. */
    @Test
    void patienceGrowsWithTheElectionTimeout() {
        Healer slow = healer(Duration.ofSeconds(10), Duration.ofSeconds(15));
        look(slow, leader(90_000, 15_000, 20), null);
        assertThat(done).isEmpty();
        while (nowMillis < 12_000) {
            look(slow, leader(90_000, 15_001, 20), null);
        }
        assertThat(done).containsExactly("100 drop n2", "10100 drop n2");
    }

    /** What is acknowledged next counts for all before it. */
    @Test
    void aFollowerThatDoesNotSayWhatItHasIsNudged() {
        look(leader(90_000, 20, 20), N3);
        look(leader(90_000, 20, 20));
        while (nowMillis < 5_000) {
            look(leader(90_000, 20, 20), N2);
        }
        assertThat(done).containsExactly("700 nudge", "1200 nudge", "1700 nudge", "2200 nudge");
    }

    /** It can be sent nothing else before the first entry is committed. */
    @Test
    void aLeaderWhoseFirstEntryNobodyAcknowledgesStepsDown() {
        while (nowMillis < 4_500) {
            look(beginning(nowMillis), N2, N3);
        }
        assertThat(done).containsExactly("2100 step down", "4200 step down");
    }

    @Test
    void aNewLeaderWaitsForFollowersThatCatchUp() {
        while (nowMillis < 10_000) {
            look(beginning(nowMillis));
        }
        assertThat(done).isEmpty();
    }

    private static NodeView beginning(long roleMillis) {
        return view(NodeView.Role.LEADER, false, roleMillis, Map.of(N2, 20L, N3, 20L));
    }
}
