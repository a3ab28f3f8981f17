package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeadersSeenTest {
    private static final MemberId A = new MemberId("a");
    private static final MemberId B = new MemberId("b");
    private static final MemberId SELF = new MemberId("self");

    private final LeadersSeen leaders = new LeadersSeen(Duration.ofSeconds(2));

    @Test
    void whoNeverSawALeaderSuspectsEverybody() {
        assertThat(suspects(1, 0)).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void onlyThePredecessorIsSuspectedWhenItLedForLong() {
        see(5, B, 0);
        see(6, A, 1_000);
        see(6, A, 3_001);
        assertThat(suspects(7, 3_100)).containsExactly(A);
    }

    @Test
    void itStaysSuspectHoweverLongThisNodeWasPaused() {
        see(6, A, 0);
        assertThat(suspects(7, 3_600_000)).containsExactly(A);
    }

    @Test
    void oneThatLedUntilAMomentAgoIsSuspectedToo() {
        see(5, B, 0);
        see(6, A, 1_000);
        assertThat(suspects(7, 1_500)).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void oneThatWasSupersededWhileThisNodeWasPausedMayHaveLedUntilAMomentAgo() {
        see(5, B, 0);
        see(6, A, 60_000); // the first look since
        assertThat(suspects(7, 60_100)).containsExactlyInAnyOrder(A, B);
        see(6, A, 62_001);
        assertThat(suspects(7, 62_100)).as("and no longer").containsExactly(A);
    }

    @Test
    void aTermWhoseLeaderItDidNotSeeMakesEverybodySuspect() {
        see(5, A, 0);
        see(6, null, 100);
        assertThat(suspects(7, 200)).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void itsOwnEarlierTermIsNoSuspect() {
        see(6, SELF, 0);
        assertThat(suspects(7, 100)).isEmpty();
    }

    @Test
    void leadersThatChangeTooFastToRememberMakeEverybodySuspect() {
        for (int term = 1; term <= 40; term++) {
            see(term, SELF, term);
        }
        assertThat(suspects(41, 41)).containsExactlyInAnyOrder(A, B);
    }

    private void see(long term, @Nullable MemberId leader, long millis) {
        leaders.observe(status(term, leader), millis * 1_000_000);
    }

    private Set<MemberId> suspects(long term, long millis) {
        return leaders.suspects(term, status(term, SELF), millis * 1_000_000);
    }

    private static ClusterStatus status(long term, @Nullable MemberId leader) {
        HostPort raft = new HostPort("127.0.0.1", 1);
        return new ClusterStatus(
                SELF,
                Role.FOLLOWER,
                term,
                leader,
                false,
                0,
                0,
                List.of(new Voter(SELF, raft), new Voter(A, raft), new Voter(B, raft)),
                null,
                null);
    }
}
