package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.Laboratory.Log;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How verdicts get into the log, whatever the log does with them. */
class VerdictSubmissionTest extends MonitoredPool {
    private static final List<Log> ENDS = List.of(Log.COMMITS, Log.NO_LEADER, Log.COMMITS_IN_SILENCE, Log.REFUSES);

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

    static LongStream seeds() {
        return new Random(20_260_101).longs(200);
    }

    /**
     * Whatever happens: what is committed is what three failures or two passes in a row said, and each verdict turns
     * it.
     */
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
