package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.LastProbe;
import io.weldr.core.state.OriginPatch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the results of probes make of an origin, and which origins are probed. */
class HealthMonitorTest extends MonitoredPool {
    @Test
    void aDayOfProbingAHealthyPoolPutsNothingIntoTheLog() {
        for (int i = 0; i < 10; i++) {
            lab.add(url(i), null);
        }
        lab.monitor.start(1);
        seconds(24 * 3600);
        assertThat(lab.submitted).isEmpty();
        for (int i = 0; i < 10; i++) {
            assertThat(lab.sentTo(url(i))).isBetween(2879L, 2880L);
        }
    }

    @Test
    void theLastProbeOfEachOriginIsKeptAsLongAsItIsWatched() {
        lab.add(A, EVERY_10_S);
        assertThat(lab.monitor.lastProbes(PoolName.DEFAULT)).isEmpty();
        lab.monitor.start(1);
        seconds(10);
        LastProbe passed = onlyProbe();
        assertThat(passed.passed()).isTrue();
        assertThat(passed.answer()).isEqualTo("status 200");
        lab.answers(A, false);
        seconds(10);
        LastProbe failed = onlyProbe();
        assertThat(failed.passed()).as("although the verdict is still up").isFalse();
        assertThat(failed.answer()).isEqualTo("connect refused");
        assertThat(failed.at()).isEqualTo(passed.at().plusSeconds(10));
        lab.originsHang = true;
        seconds(11);
        assertThat(onlyProbe().latency()).isEqualTo(EVERY_10_S.timeout());
        lab.monitor.suspend();
        assertThat(onlyProbe().passed()).isFalse();
        lab.monitor.start(1);
        lab.patch(A, new OriginPatch(null, null, AdminState.MAINTENANCE, null, null, null, false));
        seconds(1);
        assertThat(lab.monitor.lastProbes(PoolName.DEFAULT)).isEmpty();
        lab.patch(A, new OriginPatch(null, null, AdminState.ENABLED, null, null, null, false));
        seconds(20);
        onlyProbe();
        lab.monitor.stop();
        seconds(1);
        assertThat(lab.monitor.lastProbes(PoolName.DEFAULT)).isEmpty();
    }

    private LastProbe onlyProbe() {
        List<LastProbe> probes = lab.monitor.lastProbes(PoolName.DEFAULT);
        assertThat(probes).hasSize(1);
        assertThat(probes.get(0).origin()).isEqualTo(lab.origin(A).id());
        return probes.get(0);
    }

    @Test
    void threeFailuresTurnItDownAndTwoPassesUpAgain() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20);
        assertThat(lab.sentTo(A)).isEqualTo(2);
        assertThat(lab.up(A)).isTrue();
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.origin(A).verdict().reason()).isEqualTo("connect refused");
        assertThat(lab.submitted).hasSize(1);
        assertThat(lab.submitted.get(0).command().generation())
                .isEqualTo(lab.origin(A).generation());
        lab.answers(A, true);
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        seconds(10);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.origin(A).verdict().reason()).isEqualTo("status 200");
        assertThat(lab.submitted).hasSize(2);
    }

    @Test
    void onePassBetweenFailuresStartsTheCountAgain() {
        lab.add(A, EVERY_10_S);
        lab.monitor.start(1);
        for (int round = 0; round < 20; round++) {
            lab.answers(A, round % 3 == 2); // fail, fail, pass
            seconds(10);
        }
        assertThat(lab.submitted).isEmpty();
    }

    @Test
    void probesThatWereNotSentCountNeitherWay() {
        lab.add(A, EVERY_10_S);
        lab.monitor.start(1);
        lab.answers(A, false);
        seconds(20); // two of three
        lab.nothingIsSent = true;
        seconds(100);
        assertThat(lab.sentTo(A)).as("it goes on trying").isEqualTo(12);
        assertThat(lab.submitted).isEmpty();
        lab.nothingIsSent = false;
        seconds(10);
        assertThat(lab.up(A)).isFalse();
    }

    @Test
    void aRemovedOriginIsNotProbedAnyMoreAndAProbeUnderWayIsForgotten() {
        lab.originsHang = true;
        lab.add(A, policy("/", Duration.ofMillis(500), HealthPolicy.Initial.UP));
        lab.monitor.start(1);
        lab.time.advance(Duration.ofMillis(1400)); // two have failed, one is under way
        long sent = lab.sentTo(A);
        assertThat(lab.unanswered).last().matches(open -> !open.isDone());
        lab.remove(A);
        seconds(10);
        assertThat(lab.sentTo(A)).isEqualTo(sent);
        assertThat(lab.submitted).isEmpty();
        assertThat(lab.time.timers()).isZero();
    }

    @Test
    void anOriginThatIsRemovedAndAddedAgainStartsAfresh() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20); // two failures
        lab.remove(A);
        lab.add(A, EVERY_10_S);
        seconds(1);
        assertThat(lab.sentTo(A)).isEqualTo(3);
        assertThat(lab.submitted).isEmpty(); // it is the first failure of this one
        seconds(20);
        assertThat(lab.up(A)).isFalse();
    }

    @Test
    void anotherUrlUnderTheSameIdStartsAfresh() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.answers(url(2), false);
        lab.monitor.start(1);
        seconds(20);
        lab.patch(A, new OriginPatch(url(2), null, null, null, null, null, false));
        seconds(11);
        assertThat(lab.submitted).isEmpty();
        seconds(10);
        assertThat(lab.up(url(2))).isFalse();
    }

    @Test
    void anOriginsOwnPolicyGoesBeforeThePools() {
        lab.add(A, policy("/own", Duration.ofSeconds(1), HealthPolicy.Initial.UP));
        lab.add(url(2), null);
        lab.monitor.start(1);
        seconds(60);
        assertThat(lab.sentTo(A)).isBetween(59L, 61L);
        assertThat(lab.sentTo(url(2))).isEqualTo(2);
        assertThat(lab.sent)
                .allMatch(one -> one.url().equals(A) == one.policy().path().equals("/own"));
    }

    @Test
    void failuresUnderAnotherQuestionDoNotCount() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.monitor.start(1);
        seconds(20);
        HealthPolicy mended = policy("/health", Duration.ofSeconds(10), HealthPolicy.Initial.UP);
        lab.patch(A, new OriginPatch(null, null, null, null, null, mended, false));
        seconds(11);
        assertThat(lab.submitted).isEmpty();
    }

    @Test
    void aNewOriginThatStartsDownWaitsForItsPasses() {
        lab.add(A, policy("/", Duration.ofSeconds(10), HealthPolicy.Initial.DOWN));
        assertThat(lab.up(A)).isFalse();
        lab.monitor.start(1);
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        seconds(10);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void maintenanceIsLeftAloneAndDrainingIsNot() {
        lab.add(A, EVERY_10_S);
        lab.add(url(2), EVERY_10_S);
        lab.answers(A, false);
        lab.answers(url(2), false);
        lab.monitor.start(1);
        seconds(20);
        lab.admin(A, AdminState.MAINTENANCE);
        lab.admin(url(2), AdminState.DRAINING);
        seconds(100);
        assertThat(lab.sentTo(A)).isEqualTo(2);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.sentTo(url(2))).isEqualTo(12);
        assertThat(lab.up(url(2))).isFalse();
        lab.admin(A, AdminState.ENABLED);
        seconds(11);
        assertThat(lab.sentTo(A)).isEqualTo(4);
        assertThat(lab.up(A)).isTrue(); // counts afresh
        seconds(10);
        assertThat(lab.up(A)).isFalse();
    }
}
