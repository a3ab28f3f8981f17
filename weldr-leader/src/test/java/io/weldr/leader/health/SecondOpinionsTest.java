package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HealthPolicy.Confirm;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.port.LastProbe;
import io.weldr.core.state.MemberId;
import io.weldr.leader.health.Laboratory.Says;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A verdict of down is put to the others first, in simulated time. The leader is n1. */
class SecondOpinionsTest {
    private static final OriginUrl A = url(1);
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    private final Laboratory lab = new Laboratory();

    private static HealthPolicy policy(Confirm confirm) {
        return new HealthPolicy(
                "/",
                HealthPolicy.Method.GET,
                List.of(new StatusRange(200, 299)),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                3,
                2,
                HealthPolicy.Initial.UP,
                confirm);
    }

    private void start(Confirm confirm, Says second, Says third) {
        lab.policy(policy(confirm));
        lab.member(1, Says.NOTHING); // itself: never asked
        lab.member(2, second);
        lab.member(3, third);
        lab.add(A, null);
        lab.answers(A, false);
        lab.monitor.start(1);
    }

    private void seconds(long seconds) {
        lab.time.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void aDownThatAMajoritySeesIsCommittedAndSaysWhoSawWhat() {
        start(Confirm.MAJORITY, Says.DOWN, Says.UP);
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.origin(A).verdict().reason()).isEqualTo("connect refused; down for n2, up for n3");
        assertThat(lab.asked).extracting(Laboratory.Asked::member).containsExactly(N2, N3);
        assertThat(lab.asked).allSatisfy(asked -> {
            assertThat(asked.question().generation()).isEqualTo(lab.origin(A).generation());
            assertThat(asked.deadline()).isEqualTo(Duration.ofMillis(1500));
        });
        assertThat(lab.heirs).isEmpty();
    }

    @Test
    void whatTheOthersSaidIsToldWithTheLastProbeUntilTheOriginIsSeenUp() {
        start(Confirm.MAJORITY, Says.DOWN, Says.UP);
        seconds(3); // a failure or two: too few to ask
        assertThat(onlyProbe().asked()).isNull();
        seconds(10);
        LastProbe.Asked asked = Objects.requireNonNull(onlyProbe().asked());
        assertThat(asked.opinion().contradicting()).containsExactly(N3);
        assertThat(asked.opinion().opinions()).containsOnlyKeys(N2, N3);
        lab.answers(A, true);
        seconds(10);
        assertThat(lab.up(A)).isTrue();
        assertThat(onlyProbe().asked()).isNull();
    }

    private LastProbe onlyProbe() {
        List<LastProbe> probes = lab.monitor.lastProbes(PoolName.DEFAULT);
        assertThat(probes).hasSize(1);
        return probes.get(0);
    }

    @Test
    void opinionsThatArriveWhileTheLeaderIsSuspendedAreActedOnWhenItResumes() {
        start(Confirm.MAJORITY, Says.DOWN, Says.DOWN);
        while (lab.asked.isEmpty()) {
            lab.time.advance(Duration.ofMillis(10));
        }
        lab.monitor.suspend();
        seconds(10);
        assertThat(lab.submitted).isEmpty();
        lab.monitor.start(1);
        seconds(0);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.asked).as("asked once").hasSize(2);
    }

    /** Only a member that saw an origin up can say later that it is down. */
    @Test
    void aHealthyPoolIsShownToTheOthersInEachTermAndNowAndThen() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        lab.answers(A, true);
        seconds(295);
        assertThat(lab.asked).extracting(Laboratory.Asked::member).containsExactly(N2, N3);
        seconds(10);
        assertThat(lab.asked)
                .as("one that has started again meanwhile has seen nothing")
                .extracting(Laboratory.Asked::member)
                .containsExactly(N2, N3, N2, N3);
        lab.monitor.stop();
        lab.monitor.start(2);
        seconds(10);
        assertThat(lab.asked).hasSize(6);
    }

    @Test
    void aHealthyPoolOfTheLeaderAloneAsksNobody() {
        start(Confirm.LEADER_ONLY, Says.UP, Says.UP);
        lab.answers(A, true);
        seconds(3600);
        assertThat(lab.asked).isEmpty();
    }

    @Test
    void aThousandHealthyOriginsAreShownToTheOthersWithoutAFlood() {
        lab.policy(policy(Confirm.MAJORITY));
        lab.member(2, Says.NOTHING); // each question stays open until its deadline
        for (int i = 1; i <= 1000; i++) {
            lab.add(url(i), null);
        }
        lab.monitor.start(1);
        seconds(120);
        assertThat(lab.openQuestionsMax).isLessThanOrEqualTo(Opinions.ACQUAINTED_MAX);
        assertThat(lab.asked.stream().map(asked -> asked.question().origin()).distinct())
                .hasSize(1000);
        assertThat(lab.asked).as("nobody twice").hasSize(1000);
    }

    /** A firewall, or a site of its own: it has no more to say than a member that does not answer. */
    @Test
    void aMemberThatNeverSawItUpDoesNotConfirmThatItIsDown() {
        start(Confirm.MAJORITY, Says.NEVER_UP, Says.UP);
        while (lab.heirs.isEmpty()) {
            lab.time.advance(Duration.ofMillis(100));
            assertThat(lab.up(A)).isTrue();
        }
        assertThat(lab.heirs).as("who reaches the origin").containsExactly(N3);
        lab.others.put(N3, Says.DOWN);
        seconds(3);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.origin(A).verdict().reason())
                .isEqualTo("connect refused; down for n3, down for n2 (never saw it up)");
    }

    @Test
    void anOriginThatNobodyEverSawUpIsDownByTheWordOfTheLeader() {
        start(Confirm.MAJORITY, Says.NEVER_UP, Says.NEVER_UP);
        seconds(10);
        assertThat(lab.up(A)).isFalse();
    }

    /**
     * A witness often stands at a site of its own: that it reaches an origin, or does not, says nothing of the nodes
     * that proxy.
     */
    @Test
    void aWitnessIsNotAskedUnlessThePolicySaysSo() {
        start(Confirm.MAJORITY, Says.UP, Says.NOTHING);
        lab.witness(3, Says.DOWN);
        seconds(10);
        assertThat(lab.up(A)).as("one against one").isTrue();
        assertThat(lab.asked).extracting(Laboratory.Asked::member).containsOnly(N2);
        lab.policy(asksWitnesses());
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.origin(A).verdict().reason()).isEqualTo("connect refused; down for n3, up for n2");
    }

    @Test
    void theLeaderAndAWitnessThatAreCutOffTakeNothingDown() {
        start(Confirm.MAJORITY, Says.UP, Says.NOTHING);
        lab.witness(3, Says.DOWN);
        while (lab.heirs.isEmpty()) {
            lab.time.advance(Duration.ofMillis(100));
            assertThat(lab.up(A)).isTrue();
        }
        assertThat(lab.heirs).containsExactly(N2);
    }

    @Test
    void aHealthyPoolIsShownToWitnessesOnlyIfThePolicySaysSo() {
        start(Confirm.MAJORITY, Says.UP, Says.NOTHING);
        lab.witness(3, Says.UP);
        lab.answers(A, true);
        seconds(10);
        assertThat(lab.asked).extracting(Laboratory.Asked::member).containsExactly(N2);
    }

    @Test
    void aWitnessThatLeadsProbesOnlyWhereThePolicySaysSo() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        seconds(2);
        lab.witness(1, Says.NOTHING);
        lab.witness(2, Says.DOWN);
        int sent = lab.sent.size();
        seconds(30);
        assertThat(lab.sent).hasSize(sent);
        assertThat(lab.up(A)).isTrue();
        lab.policy(asksWitnesses());
        seconds(30);
        assertThat(lab.sent).hasSizeGreaterThan(sent + 10);
    }

    private static HealthPolicy asksWitnesses() {
        return policy(Confirm.MAJORITY).toBuilder().witnesses(true).build();
    }

    @Test
    void aLeaderThatIsAloneInSeeingItDownLeavesItUpAndGivesWayAfterTenSeconds() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        while (lab.heirs.isEmpty()) {
            lab.time.advance(Duration.ofMillis(100));
        }
        long waited = lab.time.nowNanos() - lab.asked.get(0).nanos();
        assertThat(Duration.ofNanos(waited)).isBetween(Overruled.PATIENCE, Overruled.PATIENCE.plusSeconds(2));
        assertThat(lab.heirs).containsExactly(N2);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.submitted).isEmpty();
        assertThat(measured("health_origins_overruled")).isEqualTo(1);
        // If that did not help, not before another ten.
        seconds(9);
        assertThat(lab.heirs).hasSize(1);
        seconds(3);
        assertThat(lab.heirs).hasSize(2);
    }

    @Test
    void aLinkThatComesBackInTimeMovesNothing() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        seconds(12);
        lab.answers(A, true);
        seconds(60);
        assertThat(lab.heirs).isEmpty();
        assertThat(lab.submitted).isEmpty();
        assertThat(measured("health_origins_overruled")).isZero();
    }

    @Test
    void oneOriginOfManyIsNoReasonToMove() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        lab.add(url(2), null);
        seconds(120);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.heirs).isEmpty();
        assertThat(measured("health_origins_overruled")).isEqualTo(1);
        lab.remove(A);
        seconds(10);
        lab.answers(url(2), false);
        lab.exceptions.put(url(2), Says.DOWN);
        seconds(10);
        assertThat(lab.up(url(2))).isFalse();
        assertThat(measured("health_origins_overruled")).isZero();
    }

    @Test
    void whoeverSeesMostIsTheHeir() {
        start(Confirm.MAJORITY, Says.NOTHING, Says.UP);
        seconds(30);
        assertThat(lab.heirs).isNotEmpty().containsOnly(N3);
    }

    @Test
    void aWitnessIsNoHeir() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        lab.policy(asksWitnesses());
        lab.witness(2, Says.UP); // the first of equals
        seconds(30);
        assertThat(lab.heirs).isNotEmpty().containsOnly(N3);
        lab.heirs.clear();
        lab.witness(3, Says.UP);
        seconds(30);
        assertThat(lab.heirs).as("nobody is left who may lead").isEmpty();
    }

    @Test
    void ifOneDoesNotTakeItItIsOfferedToTheNext() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        lab.unwilling.add(N2);
        while (lab.heirs.isEmpty()) {
            lab.time.advance(Duration.ofMillis(100));
        }
        seconds(1);
        assertThat(lab.heirs).containsExactly(N2, N3);
        lab.unwilling.add(N3);
        seconds(12);
        assertThat(lab.heirs)
                .as("once around, then not before another ten seconds")
                .containsExactly(N2, N3, N2, N3);
    }

    @Test
    void membersThatDoNotAnswerDoNotCount() {
        start(Confirm.MAJORITY, Says.NOTHING, Says.NOTHING);
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.origin(A).verdict().reason()).isEqualTo("connect refused; no other member answered");
    }

    @Test
    void onceTheOthersSeeItDownTooItIsDown() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        seconds(8);
        assertThat(lab.up(A)).isTrue();
        lab.others.put(N2, Says.DOWN);
        seconds(3);
        assertThat(lab.up(A)).isFalse();
        assertThat(measured("health_origins_overruled")).isZero();
        lab.answers(A, true); // and up again by the leader's own word
        seconds(5);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void anyTakesOneOtherAndLeaderOnlyNobody() {
        start(Confirm.ANY, Says.UP, Says.UP);
        lab.member(4, Says.UP);
        seconds(10);
        assertThat(lab.up(A)).isTrue();
        lab.others.put(N3, Says.DOWN);
        seconds(3);
        assertThat(lab.up(A)).as("one against two others, but any is enough").isFalse();

        Laboratory alone = new Laboratory();
        alone.policy(policy(Confirm.LEADER_ONLY));
        alone.member(2, Says.UP);
        alone.add(A, null);
        alone.answers(A, false);
        alone.monitor.start(1);
        alone.time.advance(Duration.ofSeconds(10));
        assertThat(alone.up(A)).isFalse();
        assertThat(alone.asked).isEmpty();
    }

    @Test
    void thePolicyCanBeChangedWhileTheLeaderIsOverruled() {
        start(Confirm.MAJORITY, Says.UP, Says.UP);
        seconds(9);
        assertThat(lab.up(A)).isTrue();
        lab.policy(policy(Confirm.LEADER_ONLY));
        seconds(3);
        assertThat(lab.up(A)).isFalse();
    }

    @Test
    void aThousandOriginsThatGoAtOnceAreAskedAboutInBoundedRounds() {
        lab.policy(policy(Confirm.MAJORITY));
        lab.member(2, Says.NOTHING);
        lab.member(3, Says.DOWN);
        for (int i = 1; i <= 1000; i++) {
            lab.add(url(i), null);
            lab.answers(url(i), false);
        }
        lab.monitor.start(1);
        seconds(6 + 8 * 2);
        assertThat(lab.openQuestionsMax).isLessThanOrEqualTo(2 * Opinions.ASKED_MAX);
        assertThat(lab.state.get().defaultPool().origins())
                .noneMatch(origin -> origin.verdict().up());
        assertThat(lab.asked).hasSize(2000); // nobody twice
    }

    @Test
    void nothingIsSubmittedAfterTheEndOfTheTerm() {
        start(Confirm.MAJORITY, Says.NOTHING, Says.NOTHING);
        while (lab.asked.isEmpty()) {
            lab.time.advance(Duration.ofMillis(100));
        }
        lab.monitor.stop();
        seconds(10);
        assertThat(lab.submitted).isEmpty();
    }

    private double measured(String name) {
        return lab.monitor.measure().stream()
                .filter(one -> one.name().equals(name))
                .mapToDouble(one -> one instanceof io.weldr.core.port.Measurement.Gauge gauge ? gauge.value() : -1)
                .sum();
    }
}
