package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.leader.LeaderProof.Finding;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaderProofTest {
    private static final RaftId SELF = RaftId.parse("n1");
    private static final RaftId N2 = RaftId.parse("n2");
    private static final RaftId N3 = RaftId.parse("n3");
    private static final RaftId N4 = RaftId.parse("n4");
    private static final long TICK_MILLIS = 25;

    private final Map<RaftId, Long> timeouts = new HashMap<>();
    private final LeaderProof proof =
            new LeaderProof(Duration.ofMillis(200), voter -> timeouts.getOrDefault(voter, 200L));
    private long nowMillis = 1_000_000;

    private Finding tick(NodeView view) {
        return tick(view, TICK_MILLIS);
    }

    private Finding tick(NodeView view, long afterMillis) {
        nowMillis += afterMillis;
        return proof.observe(view, TimeUnit.MILLISECONDS.toNanos(nowMillis));
    }

    private static NodeView leader(long term, long roleMillis, long silent2, long silent3) {
        return view(term, roleMillis, Map.of(N2, silent2, N3, silent3), List.of(SELF, N2, N3), Set.of(), true);
    }

    private static NodeView view(
            long term,
            long roleMillis,
            Map<RaftId, Long> silent,
            List<RaftId> voters,
            Set<RaftId> oldVoters,
            boolean ready) {
        HostPort address = new HostPort("127.0.0.1", 1);
        return new NodeView(
                SELF,
                NodeView.Role.LEADER,
                true,
                ready,
                term,
                SELF,
                10,
                10,
                term,
                roleMillis,
                0,
                new HashMap<>(silent),
                Map.of(),
                voters.stream().map(id -> new Seat(id, address, Seat.LOW)).toList(),
                oldVoters,
                1);
    }

    @Test
    void oneOfTwoOthersIsEnough() {
        assertThat(tick(leader(3, 5000, 20, 90_000))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 90_000, 175))).isEqualTo(Finding.ACTING);
    }

    @Test
    void silenceOfBothLosesIt() {
        assertThat(tick(leader(3, 5000, 175, 175))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 176, 176))).isEqualTo(Finding.LOST);
    }

    /** After 200 ms of silence either of the others may support the third. */
    @Test
    void itIsLostByTheTimeThatAnotherCanBeElectedWheneverItLooks() {
        for (long phase = 0; phase < TICK_MILLIS; phase++) {
            long silent = phase;
            Finding finding = tick(leader(3, 5000, silent, silent));
            while (finding == Finding.ACTING) {
                silent += TICK_MILLIS;
                finding = tick(leader(3, 5000, silent, silent));
            }
            assertThat(finding).isEqualTo(Finding.LOST);
            assertThat(silent).as("first answered %s ms before", phase).isLessThanOrEqualTo(200);
            assertThat(tick(view(3, 5000, Map.of(), List.of(SELF, N2, N3), Set.of(), false)))
                    .isEqualTo(Finding.NOT_LEADING);
        }
    }

    /** N2 may support another leader after 100 ms. */
    @Test
    void aVoterCountsForItsOwnTimeoutIfThatIsShorter() {
        timeouts.put(N2, 100L);
        timeouts.put(N3, 1000L);
        assertThat(tick(leader(3, 5000, 88, 176))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 89, 175))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 89, 176))).isEqualTo(Finding.LOST);
    }

    @Test
    void aNewLeaderIsGivenNoMoreTimeThanItsMostImpatientVoterHas() {
        timeouts.put(N2, 100L);
        assertThat(tick(leader(3, 88, 5000, 5000))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 89, 5000, 5000))).isEqualTo(Finding.LOST);
    }

    @Test
    void aNewLeaderIsProvedByItsFirstEntry() {
        assertThat(tick(leader(3, 100, 5000, 5000))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 225, 5000, 5000))).isEqualTo(Finding.LOST);
    }

    @Test
    void notReadyNotRunningOrNothingIsNotLeading() {
        assertThat(tick(view(3, 100, Map.of(N2, 1L), List.of(SELF, N2), Set.of(), false)))
                .isEqualTo(Finding.NOT_LEADING);
        assertThat(proof.observe(null, TimeUnit.MILLISECONDS.toNanos(nowMillis + 10)))
                .isEqualTo(Finding.NOT_LEADING);
    }

    @Test
    void afterAPauseItActsAgainOnceAMajorityHasAnsweredThatWasAskedAfterIt() {
        assertThat(tick(leader(3, 5000, 10, 10))).isEqualTo(Finding.ACTING);
        // Answers that waited in the socket meanwhile look fresh.
        assertThat(tick(leader(3, 5000, 0, 0), 150)).isEqualTo(Finding.SUSPENDED);
        for (long waited = TICK_MILLIS; waited < 200; waited += TICK_MILLIS) {
            assertThat(tick(leader(3, 5000, waited, waited)))
                    .as("no other answer after %s ms", waited)
                    .isEqualTo(Finding.SUSPENDED);
        }
        assertThat(tick(leader(3, 5000, 125, 200)))
                .as("answered 75 ms after it")
                .isEqualTo(Finding.SUSPENDED);
        assertThat(tick(leader(3, 5000, 125, 225)))
                .as("answered 100 ms after it")
                .isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 150, 250))).isEqualTo(Finding.ACTING);
    }

    @Test
    void theSilenceThatAPauseMadeLosesNothingIfAnswersComeAfterIt() {
        assertThat(tick(leader(3, 5000, 170, 170))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 370, 370), 200)).isEqualTo(Finding.SUSPENDED);
        assertThat(tick(leader(3, 5000, 395, 395))).isEqualTo(Finding.SUSPENDED);
        assertThat(tick(leader(3, 5000, 420, 420))).isEqualTo(Finding.SUSPENDED);
        assertThat(tick(leader(3, 5000, 5, 495), 75)).isEqualTo(Finding.ACTING);
    }

    /** Heartbeats, and so answers, come each 100 ms. */
    @Test
    void noPauseAloneLosesIt() {
        for (long pause = TICK_MILLIS; pause < 1000; pause++) {
            assertThat(tick(leader(3, 5000, 1, 1), TICK_MILLIS)).isEqualTo(Finding.ACTING);
            assertThat(tick(leader(3, 5000, 100 + pause, 100 + pause), pause))
                    .as("a pause of %s ms", pause)
                    .isIn(Finding.ACTING, Finding.SUSPENDED);
            assertThat(tick(view(3, 5000, Map.of(), List.of(SELF, N2, N3), Set.of(), false)))
                    .isEqualTo(Finding.NOT_LEADING);
        }
    }

    @Test
    void aPauseAfterWhichNobodyAnswersLosesIt() {
        assertThat(tick(leader(3, 5000, 10, 10))).isEqualTo(Finding.ACTING);
        assertThat(tick(leader(3, 5000, 160, 160), 150)).isEqualTo(Finding.SUSPENDED);
        for (long waited = 50; waited <= 200; waited += 50) {
            assertThat(tick(leader(3, 5000, 160 + waited, 160 + waited), 50)).isEqualTo(Finding.SUSPENDED);
        }
        assertThat(tick(leader(3, 5000, 385, 385))).isEqualTo(Finding.LOST);
        assertThat(proof.loss()).isEqualTo("No majority answers");
        assertThat(tick(leader(3, 5000, 410, 410))).as("nor later").isEqualTo(Finding.LOST);
    }

    /** It pauses for 0.15 s, and runs for 0.25 s in which the others answer each 0.1 s. */
    @Test
    void aLeaderThatPausesAgainAndAgainStillActsInBetween() {
        assertThat(tick(leader(3, 5000, 1, 1))).isEqualTo(Finding.ACTING);
        int acted = 0;
        for (int pause = 0; pause < 50; pause++) {
            assertThat(tick(leader(3, 5000, 150, 150), 150)).isEqualTo(Finding.SUSPENDED);
            for (long ran = TICK_MILLIS; ran <= 250; ran += TICK_MILLIS) {
                Finding finding = tick(leader(3, 5000, ran % 100, ran % 100));
                assertThat(finding).isIn(Finding.SUSPENDED, Finding.ACTING);
                acted += finding == Finding.ACTING ? 1 : 0;
            }
        }
        assertThat(acted)
                .as("looks at which it acted, of 10 between two pauses")
                .isGreaterThan(50 * 5);
    }

    @Test
    void aLeaderThatNeverComesToActGivesUp() {
        assertThat(tick(leader(3, 5000, 1, 1))).isEqualTo(Finding.ACTING);
        long began = nowMillis;
        Finding finding = Finding.SUSPENDED;
        while (finding == Finding.SUSPENDED) {
            finding = tick(leader(3, 5000, 1, 1), 150);
            assertThat(nowMillis - began).isLessThan(6_000);
        }
        assertThat(finding).isEqualTo(Finding.LOST);
        assertThat(nowMillis - began).isGreaterThan(5_000);
        assertThat(proof.loss()).contains("pauses again and again").contains("5 s");
        // If it leads on all the same, for want of another, it acts once it can.
        for (int i = 0; i < 8; i++) {
            finding = tick(leader(3, 5000, 1, 1));
        }
        assertThat(finding).isEqualTo(Finding.ACTING);
    }

    @Test
    void afterALossInTheSameTermItHasToProveItselfAgainButNotInANewOne() {
        assertThat(tick(leader(3, 5000, 300, 300))).isEqualTo(Finding.LOST);
        assertThat(tick(leader(3, 5000, 10, 300))).isEqualTo(Finding.SUSPENDED);
        assertThat(tick(leader(4, 50, 10, 300))).isEqualTo(Finding.ACTING);
    }

    @Test
    void aloneNobodyElseCanBeElected() {
        NodeView alone = view(3, 90_000, Map.of(), List.of(SELF), Set.of(), true);
        assertThat(tick(alone)).isEqualTo(Finding.ACTING);
        assertThat(tick(alone, 5000)).isEqualTo(Finding.ACTING);
    }

    @Test
    void whileMembersChangeBothMajoritiesCount() {
        Map<RaftId, Long> silent = Map.of(N2, 10L, N3, 9000L, N4, 9000L);
        NodeView joint = view(3, 5000, silent, List.of(SELF, N2), Set.of(SELF, N3, N4), true);
        assertThat(tick(joint)).isEqualTo(Finding.LOST);
        Map<RaftId, Long> heard = Map.of(N2, 10L, N3, 10L, N4, 9000L);
        NodeView both = view(4, 5000, heard, List.of(SELF, N2), Set.of(SELF, N3, N4), true);
        assertThat(tick(both)).isEqualTo(Finding.ACTING);
    }

    @Test
    void whoeverLeavesDoesNotCountItself() {
        NodeView leaving = view(3, 5000, Map.of(N2, 10L, N3, 9000L), List.of(N2, N3), Set.of(), true);
        assertThat(tick(leaving)).isEqualTo(Finding.LOST);
    }
}
