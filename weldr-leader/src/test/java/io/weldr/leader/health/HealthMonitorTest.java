package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.SECOND;
import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.port.LastProbe;
import io.weldr.core.state.OriginPatch;
import io.weldr.leader.health.Laboratory.Log;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HealthMonitorTest {
    private static final OriginUrl A = url(1);
    private static final HealthPolicy EVERY_10_S = policy("/", Duration.ofSeconds(10), HealthPolicy.Initial.UP);

    private static final List<Log> ENDS = List.of(Log.COMMITS, Log.NO_LEADER, Log.COMMITS_IN_SILENCE, Log.REFUSES);

    private final Laboratory lab = new Laboratory();

    private static HealthPolicy policy(String path, Duration interval, HealthPolicy.Initial initial) {
        return new HealthPolicy(
                path,
                HealthPolicy.Method.GET,
                List.of(new StatusRange(200, 299)),
                interval,
                Duration.ofSeconds(1).compareTo(interval) < 0 ? Duration.ofSeconds(1) : interval,
                3,
                2,
                initial);
    }

    private void seconds(long seconds) {
        lab.time.advance(Duration.ofSeconds(seconds));
    }

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

    @Test
    void withoutAQuorumAVerdictIsTriedAgainUnderOneNameAndCommittedOnce() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.NO_LEADER;
        lab.monitor.start(1);
        seconds(90);
        int attempts = lab.submitted.size();
        assertThat(attempts).isBetween(10, 40); // backs off to some seconds
        lab.log = Log.COMMITS;
        seconds(10);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.submitted).hasSize(attempts + 1);
        assertThat(lab.submitted.stream().map(Laboratory.Submitted::id).distinct())
                .hasSize(1);
    }

    @Test
    void aVerdictThatIsNotTrueAnyMoreIsNotTriedAgain() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.NO_LEADER;
        lab.monitor.start(1);
        seconds(40);
        lab.answers(A, true);
        seconds(20);
        int attempts = lab.submitted.size();
        lab.log = Log.COMMITS;
        seconds(100);
        assertThat(lab.submitted).hasSize(attempts);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void anUnknownOutcomeThatWasCommittedIsNotSaidTwice() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.COMMITS_IN_SILENCE;
        lab.monitor.start(1);
        seconds(100);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.submitted).hasSize(1); // the published state told
        lab.log = Log.COMMITS;
        lab.answers(A, true);
        seconds(30);
        assertThat(lab.up(A)).isTrue();
    }

    @Test
    void aSubmissionThatNeverAnswersDoesNotKeepOthersFromTheirs() {
        lab.add(A, EVERY_10_S);
        lab.add(url(2), EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.HANGS;
        lab.monitor.start(1);
        seconds(31);
        assertThat(lab.submitted).hasSize(1);
        lab.log = Log.COMMITS;
        lab.answers(url(2), false);
        seconds(40);
        assertThat(lab.up(url(2))).isFalse();
    }

    @Test
    void aRefusedVerdictIsTriedUnderANewNameAndLessAndLessOften() {
        lab.add(A, EVERY_10_S);
        lab.answers(A, false);
        lab.log = Log.REFUSES;
        lab.monitor.start(1);
        seconds(90);
        int attempts = lab.submitted.size();
        assertThat(attempts).isBetween(10, 40);
        assertThat(lab.submitted.stream().map(Laboratory.Submitted::id).distinct())
                .hasSize(attempts); // the old name would be given its old answer
        lab.log = Log.COMMITS;
        seconds(10);
        assertThat(lab.up(A)).isFalse();
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

    static LongStream seeds() {
        return new Random(20_260_101).longs(200);
    }

    /** Whatever happens: what is committed is what three failures or two passes in a row said, and each verdict turns it. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everyCommittedVerdictTurnsTheState(long seed) {
        Random random = new Random(seed);
        Laboratory chaos = new Laboratory(seed, 1 + random.nextInt(8));
        long term = 1;
        chaos.monitor.start(term);
        for (int step = 0; step < 200; step++) {
            OriginUrl url = url(random.nextInt(5));
            boolean there = chaos.state.get().defaultPool().find(url.address()) != null;
            switch (random.nextInt(9)) {
                case 0 -> {
                    if (there) {
                        chaos.remove(url);
                    } else {
                        chaos.add(url, random.nextBoolean() ? null : EVERY_10_S);
                    }
                }
                case 1, 2 -> chaos.answers(url, random.nextBoolean());
                case 3 -> chaos.log = ENDS.get(random.nextInt(ENDS.size()));
                case 4 -> {
                    chaos.monitor.stop();
                    chaos.monitor.start(++term);
                }
                case 5 -> chaos.originsHang = random.nextInt(4) == 0;
                case 7 -> {
                    chaos.monitor.suspend();
                    int said = chaos.submitted.size();
                    chaos.time.advance(Duration.ofMillis(random.nextInt(20_000)));
                    assertThat(chaos.submitted)
                            .as("while suspended, seed " + seed)
                            .hasSize(said);
                    chaos.monitor.start(term);
                }
                case 6 -> {
                    if (there) {
                        chaos.admin(url, random.nextBoolean() ? AdminState.ENABLED : AdminState.MAINTENANCE);
                    }
                }
                default -> chaos.policy(random.nextBoolean() ? HealthPolicy.DEFAULT : EVERY_10_S);
            }
            chaos.time.advance(Duration.ofMillis(random.nextInt(20_000)));
        }
        // Peace: all answer, the log commits. In the end everybody who is probed is up, and nothing more is said.
        chaos.log = Log.COMMITS;
        chaos.originsHang = false;
        IntStream.range(0, 5).forEach(i -> chaos.answers(url(i), true));
        chaos.time.advance(Duration.ofMinutes(5));
        assertThat(chaos.state.get().defaultPool().origins())
                .as("seed " + seed)
                .allMatch(origin -> origin.verdict().up() || origin.admin() == AdminState.MAINTENANCE);
        int said = chaos.submitted.size();
        chaos.time.advance(Duration.ofHours(1));
        assertThat(chaos.submitted).as("seed " + seed).hasSize(said);
    }
}
