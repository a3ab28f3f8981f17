package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.SECOND;
import static io.weldr.leader.health.Laboratory.url;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.Laboratory.Says;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long it is from one probe of an origin to the next, in simulated time. */
class ProbeIntervalsTest {
    private static final OriginUrl A = url(1);

    private final Laboratory lab = new Laboratory();

    private static HealthPolicy.Builder policy(int intervalSeconds) {
        return HealthPolicy.builder()
                .interval(Duration.ofSeconds(intervalSeconds))
                .timeout(Duration.ofSeconds(1));
    }

    private static HealthPolicy policy(int intervalSeconds, int unhealthySeconds) {
        return policy(intervalSeconds)
                .unhealthyInterval(Duration.ofSeconds(unhealthySeconds))
                .build();
    }

    private void start(HealthPolicy policy) {
        lab.add(A, policy);
        lab.monitor.start(1);
    }

    private void seconds(long seconds) {
        lab.time.advance(Duration.ofSeconds(seconds));
    }

    /** The time from each probe to the next, in seconds. */
    private List<Double> gaps() {
        List<Long> times = lab.sent.stream()
                .filter(one -> one.url().equals(A))
                .map(Laboratory.Sent::nanos)
                .toList();
        return IntStream.range(1, times.size())
                .mapToObj(i -> (times.get(i) - times.get(i - 1)) / (double) SECOND.toNanos())
                .toList();
    }

    @Test
    void anOriginThatIsDownIsProbedAtItsOwnIntervalUntilItIsUp() {
        start(policy(30, 5));
        lab.answers(A, false);
        seconds(120);
        assertThat(lab.up(A)).isFalse();
        assertThat(gaps()).startsWith(30.0, 30.0, 5.0, 5.0, 5.0).doesNotHave(inside(5.1, 29.9));
        lab.answers(A, true);
        int before = lab.sent.size();
        seconds(5);
        assertThat(lab.up(A)).as("after one pass of two").isFalse();
        seconds(5);
        assertThat(lab.up(A)).isTrue();
        assertThat(lab.sent).hasSize(before + 2);
        seconds(60);
        assertThat(gaps().subList(before + 1, gaps().size())).containsExactly(30.0, 30.0);
    }

    @Test
    void anOriginThatIsDownMayAlsoBeProbedLessOften() {
        start(policy(5, 60));
        lab.answers(A, false);
        seconds(300);
        assertThat(gaps()).containsExactly(5.0, 5.0, 60.0, 60.0, 60.0, 60.0);
    }

    @Test
    void theIntervalIsThatOfTheVerdictNotOfTheCount() {
        lab.member(2, Says.UP);
        lab.member(3, Says.UP);
        start(policy(30, 5));
        lab.add(url(2), null); // one of two is no reason to move leadership
        lab.answers(A, false);
        seconds(300);
        assertThat(lab.up(A)).as("by the word of the others").isTrue();
        assertThat(gaps()).containsOnly(30.0);
    }

    @Test
    void aVerdictThatIsCommittedLateBringsTheProbeThatWouldHaveBeenDue() {
        start(policy(30, 5));
        lab.answers(A, false);
        lab.log = Laboratory.Log.NO_LEADER;
        for (int second = 0; lab.submitted.isEmpty() && second < 300; second++) {
            seconds(1);
        }
        assertThat(lab.submitted).isNotEmpty();
        seconds(20);
        int before = lab.sent.size();
        lab.log = Laboratory.Log.COMMITS;
        seconds(6);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.sent).hasSizeGreaterThan(before);
    }

    @Test
    void aNewTermSpreadsOriginsThatAreDownOverTheirOwnInterval() {
        HealthPolicy down = policy(60, 10).toBuilder()
                .initial(HealthPolicy.Initial.DOWN)
                .passesToUp(100)
                .build();
        for (int i = 0; i < 100; i++) {
            lab.add(url(i), down);
        }
        lab.monitor.start(1);
        seconds(10);
        assertThat(lab.sent).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 50})
    void jitterShortensAndLengthensAndLeavesTheMean(int percent) {
        int probes = 20_000;
        start(policy(10).jitterPercent(percent).build());
        seconds(10L * probes);
        List<Double> gaps = gaps();
        double most = 10 * percent / 100.0;
        assertThat(gaps).allMatch(gap -> Math.abs(gap - 10) <= most + 1e-6);
        assertThat(gaps).anyMatch(gap -> gap < 10 - most * 0.9).anyMatch(gap -> gap > 10 + most * 0.9);
        // Even between both ends: sigma of one is most / sqrt(3). Four sigmas of the mean.
        double mean = gaps.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        assertThat(Math.abs(mean - 10)).isLessThan(4 * most / Math.sqrt(3) / Math.sqrt(gaps.size()));
    }

    @Test
    void jitterAppliesToTheUnhealthyIntervalToo() {
        start(policy(30, 5).toBuilder().jitterPercent(50).build());
        lab.answers(A, false);
        seconds(1000);
        List<Double> down = gaps().subList(3, gaps().size());
        assertThat(down).hasSizeGreaterThan(100).allMatch(gap -> gap >= 2.5 - 1e-6 && gap <= 7.5 + 1e-6);
        assertThat(down.stream().distinct()).hasSizeGreaterThan(90);
    }

    @Test
    void jitterAfterALongSuspensionBringsOneProbeAndNoBurst() {
        start(policy(10).jitterPercent(50).build());
        seconds(20);
        for (int round = 0; round < 100; round++) {
            lab.monitor.suspend();
            seconds(100 + round);
            int before = lab.sent.size();
            lab.monitor.start(1);
            lab.time.advance(Duration.ZERO);
            assertThat(lab.sent).hasSize(before + 1);
            seconds(16);
            assertThat(lab.sent).hasSizeBetween(before + 2, before + 5);
        }
    }

    @Test
    void aProbeThatHangsLongerThanAShortenedIntervalIsNotSentTwiceAtOnce() {
        lab.originsHang = true;
        start(policy(1).jitterPercent(50).build()); // each probe takes its second
        for (int i = 0; i < 1000; i++) {
            lab.time.advance(Duration.ofMillis(100));
            assertThat(lab.unanswered.stream().filter(one -> !one.isDone())).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(lab.sent).hasSizeGreaterThan(50);
    }

    /** What is counted does not depend on what a probe is. */
    @ParameterizedTest
    @EnumSource(HealthPolicy.Type.class)
    void countsSurviveASuspensionOfTheTerm(HealthPolicy.Type type) {
        start(policy(10).type(type).build());
        lab.answers(A, false);
        seconds(20); // two failures
        lab.monitor.suspend();
        seconds(30);
        lab.monitor.start(1);
        seconds(1);
        assertThat(lab.sentTo(A)).isEqualTo(3);
        assertThat(lab.up(A)).isFalse();
        assertThat(lab.sent).extracting(one -> one.policy().type()).containsOnly(type);
    }

    /** Each change of what is asked starts the counts afresh; a change of who is asked or how often does not. */
    @Test
    void countsStartAfreshWhenThePolicyAsksSomethingElse() {
        HealthPolicy before = policy(10).build();
        List<HealthPolicy> others = List.of(
                policy(10).type(HealthPolicy.Type.TCP).build(),
                policy(10).host("other.example").build(),
                policy(10).headers(java.util.Map.of("x-probe", "1")).build(),
                policy(10).contains("ok").build(),
                policy(10).port(81).build(),
                policy(10).connectTimeout(Duration.ofMillis(100)).build(),
                policy(10).path("/other").build());
        for (HealthPolicy other : others) {
            assertThat(upAfterAThirdFailureUnder(before, other)).as("%s", other).isTrue();
        }
        List<HealthPolicy> same = List.of(
                policy(10).unhealthyInterval(Duration.ofSeconds(5)).build(),
                policy(10).jitterPercent(1).build(),
                policy(10).witnesses(true).build(),
                policy(10).confirm(HealthPolicy.Confirm.ANY).build());
        for (HealthPolicy other : same) {
            assertThat(upAfterAThirdFailureUnder(before, other)).as("%s", other).isFalse();
        }
    }

    private static boolean upAfterAThirdFailureUnder(HealthPolicy before, HealthPolicy after) {
        Laboratory one = new Laboratory();
        one.policy(before);
        one.add(A, null);
        one.answers(A, false);
        one.monitor.start(1);
        one.time.advance(Duration.ofSeconds(20));
        one.policy(after);
        one.time.advance(Duration.ofSeconds(2)); // within a second of the change
        assertThat(one.sentTo(A)).isEqualTo(3);
        return one.up(A);
    }

    private static org.assertj.core.api.Condition<List<? extends Double>> inside(double least, double most) {
        return new org.assertj.core.api.Condition<>(
                gaps -> gaps.stream().anyMatch(gap -> gap > least && gap < most),
                "a gap between %s and %s",
                least,
                most);
    }
}
