package io.weldr.leader.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginPatch;
import io.weldr.leader.health.Laboratory.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What becomes of counts, probes and verdicts when a term begins, is suspended, goes on or ends. */
class MonitorTermsTest extends MonitoredPool {
    @Test
    void aNewLeaderContinuesFromTheCommittedVerdictsWithFreshCounts() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20);
        lab.monitor.stop();
        seconds(100);
        assertThat(lab.sentTo(A)).isEqualTo(2);
        lab.monitor.start(3);
        seconds(20);
        assertThat(lab.submitted).isEmpty();
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        lab.monitor.stop();
        lab.monitor.start(4);
        seconds(100);
        assertThat(lab.submitted).hasSize(1); // it is down already, and nobody says so twice
    }

    @Test
    void aVerdictNamesItsTermOnceAllMembersKnowWhatThatMeans() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(7);
        seconds(30);
        lab.apply(new Command.RaiseClusterVersion(ClusterVersion.FENCED, Instant.EPOCH));
        lab.answers(A, true);
        seconds(20);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.submitted.stream().map(each -> each.command().term())).containsExactly(null, 7L);
    }

    @Test
    void aTermThatIsSuspendedKeepsItsCountsAndAnotherTermDoesNot() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20); // two failures
        lab.monitor.suspend();
        seconds(30);
        assertThat(lab.sentTo(A)).as("probes while suspended").isEqualTo(2);
        lab.monitor.start(1);
        seconds(1);
        assertThat(lab.sentTo(A)).as("the probe that became overdue").isEqualTo(3);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.submitted).hasSize(1);

        lab.answers(A, true);
        seconds(10); // one pass of two
        lab.monitor.suspend();
        lab.monitor.start(2);
        seconds(10);
        assertThat(lab.up(A)).as("the first pass of another term").isFalse();
        seconds(10);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void aLeaderThatStallsNowAndThenStillTurnsTheVerdictOfADeadOrigin() {
        lab.add(A, policy("/", Duration.ofSeconds(5), HealthPolicy.Initial.UP));
        lab.answers(A, false);
        lab.monitor.start(1);
        for (int stalls = 0; stalls < 16; stalls++) { // 40 s
            lab.monitor.suspend();
            seconds(2);
            lab.monitor.start(1);
            lab.time.advance(Duration.ofMillis(500));
        }
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.submitted).hasSize(1);
    }

    @Test
    void theResultOfAProbeThatEndsWhileSuspendedCounts() {
        lab.add(A, policy("/", Duration.ofSeconds(5), HealthPolicy.Initial.UP)); // timeout 1 s
        lab.originsHang = true;
        lab.monitor.start(1);
        for (int probes = 1; probes <= 3; probes++) {
            while (lab.sentTo(A) < probes) {
                lab.time.advance(Duration.ofMillis(100));
            }
            lab.monitor.suspend();
            seconds(10);
            assertThat(lab.unanswered).hasSize(probes).allMatch(Future::isDone);
            assertThat(lab.submitted).as("submitted while suspended").isEmpty();
            lab.monitor.start(1);
        }
        seconds(1);
        assertThat(lab.up(A)).isFalse();
    }

    @Test
    void whileSuspendedNothingIsSubmittedNotEvenWhatWasWaiting() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.NO_LEADER;
        lab.monitor.start(1);
        seconds(31); // the verdict has turned and waits for its next attempt
        int attempts = lab.submitted.size();
        lab.monitor.suspend();
        lab.log = Log.COMMITS;
        seconds(100);
        assertThat(lab.submitted).hasSize(attempts);
        assertThat(lab.time.timers()).isZero();
        lab.monitor.start(1);
        seconds(1);
        assertThat(lab.submitted).hasSize(attempts + 1);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.submitted.stream().map(Laboratory.Submitted::id).distinct())
                .hasSize(1);
    }

    @Test
    void aVerdictThatIsNotTrueAnyMoreWhenTheTermResumesIsNotSubmitted() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.NO_LEADER;
        lab.monitor.start(1);
        seconds(31); // the verdict has turned and waits for its next attempt
        int attempts = lab.submitted.size();
        lab.monitor.suspend();
        lab.log = Log.COMMITS;
        seconds(10);
        lab.patch(
                A,
                new OriginPatch(
                        null,
                        null,
                        null,
                        null,
                        null,
                        policy("/other", Duration.ofSeconds(10), HealthPolicy.Initial.UP),
                        false));
        seconds(10);
        lab.answers(A, true);
        lab.monitor.start(1);
        seconds(100);
        assertThat(lab.submitted).hasSize(attempts);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void aSuspendedTermThatIsStoppedIsOver() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20);
        lab.monitor.suspend();
        lab.monitor.stop();
        lab.monitor.suspend(); // of nothing
        lab.monitor.start(1);
        seconds(20);
        assertThat(lab.submitted).as("two failures of three").isEmpty();
        seconds(10);
        assertThat(lab.up(A)).isFalse();
    }

    @Test
    void afterAStopNothingIsSubmittedNotEvenWhatWasWaiting() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.NO_LEADER;
        lab.monitor.start(1);
        seconds(31); // the verdict has turned and waits for its next attempt
        int attempts = lab.submitted.size();
        assertThat(attempts).isPositive();
        lab.monitor.stop();
        lab.log = Log.COMMITS;
        seconds(100);
        assertThat(lab.submitted).hasSize(attempts);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.time.timers()).isZero();
    }

    @Test
    void aProbeThatEndsAfterTheStopChangesNothing() {
        lab.add(A, EVERY_10_S);
        lab.originsHang = true;
        lab.monitor.start(1);
        while (lab.sentTo(A) < 3) {
            lab.time.advance(Duration.ofMillis(100));
        }
        assertThat(lab.unanswered.get(2)).isNotDone(); // the one that would turn the verdict
        lab.monitor.stop();
        seconds(100);
        assertThat(lab.submitted).isEmpty();
        assertThat(lab.sentTo(A)).isEqualTo(3);
    }
}
