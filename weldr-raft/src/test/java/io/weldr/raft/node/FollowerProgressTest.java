package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The leader is the test, and so is the clock. */
class FollowerProgressTest {
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final long HEARTBEAT_MILLIS = 100;

    private long nowNanos = -TimeUnit.SECONDS.toNanos(3); // nanoTime may be negative
    private final FollowerProgress progress = new FollowerProgress(SILENCE, () -> nowNanos);

    private void pass(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Heartbeats for so long, each accepted, by a leader that has committed that. */
    private void heartbeats(long millis, long commit, long applied) {
        for (long passed = 0; passed < millis; passed += HEARTBEAT_MILLIS) {
            progress.asked(1, commit);
            progress.answered(1, true, true);
            progress.applied(applied, 1);
            pass(HEARTBEAT_MILLIS);
        }
    }

    /** Entries for so long, each refused, with accepted heartbeats between them. */
    private void refusals(long millis, long commit, long applied) {
        for (long passed = 0; passed < millis; passed += HEARTBEAT_MILLIS) {
            progress.asked(1, commit);
            progress.answered(1, false, false);
            progress.answered(1, true, true);
            progress.applied(applied, 1);
            pass(HEARTBEAT_MILLIS);
        }
    }

    @Test
    void aFollowerThatHasWhatTheLeaderHasIsNotBehind() {
        heartbeats(10_000, 7, 7);
        assertThat(progress.behind(7)).isNull();
        assertThat(progress.lag(7)).isZero();
        assertThat(progress.age()).isLessThanOrEqualTo(Duration.ofMillis(HEARTBEAT_MILLIS));
        assertThat(progress.stuck()).isNull();
    }

    @Test
    void aFollowerIsBehindFiveSecondsAfterTheLeaderCommitted() {
        heartbeats(1_000, 7, 7);
        heartbeats(4_900, 9, 7);
        assertThat(progress.behind(7)).isNull();
        assertThat(progress.lag(7)).isEqualTo(2);
        heartbeats(300, 9, 7);
        assertThat(progress.behind(7)).contains("up to entry 7").contains("committed entry 9");
        assertThat(progress.behind(9)).isNull();
    }

    @Test
    void theAgeOfTheStateCountsFromWhatWasAppliedAndNotFromTheLastHeartbeat() {
        heartbeats(1_000, 7, 7);
        heartbeats(30_000, 9, 7);
        assertThat(progress.age()).isBetween(Duration.ofSeconds(30), Duration.ofMillis(30_200));
        heartbeats(100, 9, 9);
        assertThat(progress.age()).isEqualTo(Duration.ofMillis(HEARTBEAT_MILLIS));
    }

    /** What is applied is always a few entries short of what was just committed. */
    @Test
    void theAgeOfTheStateIsSmallWhileTheLeaderCommitsAllTheTime() {
        for (int entry = 0; entry < 200; entry++) {
            heartbeats(HEARTBEAT_MILLIS, entry, entry - 2);
        }
        assertThat(progress.age()).isEqualTo(Duration.ofMillis(3 * HEARTBEAT_MILLIS));
        assertThat(progress.behind(197)).isNull();
    }

    @Test
    void aNodeThatHasNothingIsBehindAtOnce() {
        heartbeats(100, 7, -1);
        assertThat(progress.behind(-1)).contains("nothing").contains("entry 7");
        assertThat(progress.age()).isNull();
        progress.asked(1, 8);
        progress.applied(7, 1);
        assertThat(progress.behind(7)).isNull();
    }

    @Test
    void aNodeThatHearsNoLeaderIsNotBehindAnybody() {
        heartbeats(8_000, 7, 3);
        assertThat(progress.behind(3)).isNotNull();
        pass(SILENCE.toMillis() + 1);
        assertThat(progress.behind(3)).isNull();
        assertThat(progress.lag(3)).isZero();
    }

    @Test
    void aFollowerThatRefusesEverythingIsBehindThoughItHasAppliedAsMuch() {
        heartbeats(1_000, 7, 7);
        refusals(4_900, 7, 7);
        assertThat(progress.behind(7)).isNull();
        refusals(200, 7, 7);
        assertThat(progress.behind(7)).contains("refused everything");
        assertThat(progress.age()).as("what it has may differ").isGreaterThan(Duration.ofSeconds(5));
        assertThat(progress.stuck()).isNull();
        refusals(5_000, 7, 7);
        assertThat(progress.stuck()).isGreaterThanOrEqualTo(FollowerProgress.REFUSAL_MAX);
    }

    @Test
    void oneEntryThatIsAcceptedEndsIt() {
        refusals(9_900, 7, 3);
        progress.answered(1, false, true);
        refusals(9_900, 7, 3);
        assertThat(progress.stuck()).isNull();
        refusals(300, 7, 3);
        assertThat(progress.stuck()).isNotNull();
    }

    @Test
    void anotherLeaderGetsTenSecondsToo() {
        refusals(15_000, 7, 3);
        progress.asked(2, 7);
        assertThat(progress.stuck()).isNull();
        progress.answered(2, false, false);
        assertThat(progress.stuck()).isNull();
    }

    @Test
    void whatADeposedLeaderSaysDoesNotCount() {
        progress.asked(2, 7);
        progress.applied(7, 2);
        pass(1_000);
        progress.asked(1, 7);
        progress.applied(7, 2);
        assertThat(progress.age()).isEqualTo(Duration.ofSeconds(1));
    }

    /** It has entry 8, and the leader before it had committed that, but it does not know. */
    @Test
    void aLeaderThatHasCommittedNothingInItsTermDoesNotKnowAllThatIsCommitted() {
        progress.asked(2, 7);
        progress.applied(7, 1);
        assertThat(progress.age()).isNull();
        progress.asked(2, 9);
        progress.applied(9, 2);
        assertThat(progress.age()).isZero();
    }

    /** While the leader sends a snapshot, heartbeats are refused. */
    @Test
    void aFollowerThatIsSentASnapshotIsNotStuck() {
        for (int part = 0; part < 20; part++) {
            assertThat(progress.takesSnapshots()).isTrue();
            progress.snapshotPart(false);
            refusals(1_000, 7, 3);
            assertThat(progress.stuck()).isNull();
        }
        assertThat(progress.behind(3)).isNotNull();
    }

    /** A disk that hangs: nothing is answered. */
    @Test
    void aFollowerThatDoesNotAnswerIsBehindAndNotStuck() {
        for (int i = 0; i < 200; i++) {
            progress.asked(1, 7);
            progress.applied(3, 1);
            pass(HEARTBEAT_MILLIS);
        }
        assertThat(progress.behind(3)).isNotNull();
        assertThat(progress.stuck()).isNull();
    }

    /** The leader is at fault then: it sends nothing that could be accepted. */
    @Test
    void refusedHeartbeatsAloneDoNotMakeAFollowerStuck() {
        for (int i = 0; i < 200; i++) {
            progress.asked(1, 7);
            progress.answered(1, true, false);
            pass(HEARTBEAT_MILLIS);
        }
        assertThat(progress.stuck()).isNull();
        assertThat(progress.behind(3)).contains("refused");
    }

    @Test
    void aSnapshotThatCannotBeTakenIsNotTriedAgainAtOnce() {
        assertThat(progress.takesSnapshots()).isTrue();
        progress.snapshotFailed("No space left on device");
        assertThat(progress.takesSnapshots()).isFalse();
        assertThat(progress.snapshotFailure()).contains("No space left on device");
        pass(10_000);
        assertThat(progress.takesSnapshots()).isTrue();
        progress.snapshotPart(false);
        assertThat(progress.snapshotFailure()).isNotNull();
        progress.snapshotPart(true);
        assertThat(progress.snapshotFailure()).isNull();
    }

    @Test
    void aLeaderIsUpToDate() {
        heartbeats(8_000, 7, 3);
        progress.leading();
        assertThat(progress.age()).isZero();
        pass(1_000);
        assertThat(progress.age()).isEqualTo(Duration.ofSeconds(1));
        progress.applied(7, 3);
        assertThat(progress.age()).as("what it heard before it led is older").isEqualTo(Duration.ofSeconds(1));
    }
}
