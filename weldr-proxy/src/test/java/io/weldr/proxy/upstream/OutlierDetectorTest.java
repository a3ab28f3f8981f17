package io.weldr.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.route.PoolTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long origins that fail are left alone, and how many at a time. */
class OutlierDetectorTest {

    private static final ProxyLimits LIMITS = ProxyLimits.DEFAULTS
            .with("ejectAfterFailures", 3)
            .with("ejectTime", Duration.ofSeconds(5))
            .with("ejectTimeMax", Duration.ofSeconds(12));

    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<Duration> times = new ArrayList<>();
    private long nanos;
    private int changes;
    private List<Origin> pool = List.of();

    private final OutlierDetector ejections = new OutlierDetector(
            () -> nanos,
            (task, time) -> {
                later.add(task);
                times.add(time);
            },
            () -> changes++);

    @BeforeEach
    void fourOrigins() {
        follow(4);
    }

    private void follow(int origins) {
        ClusterState state = ClusterState.INITIAL;
        for (int i = 1; i <= origins; i++) {
            OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2." + i + ":80"));
            state = state.apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), i)
                    .next();
        }
        ejections.follow(
                state.defaultPool(),
                PoolTerms.of(state.defaultPool(), new PoolTerms.NodeDefaults(LIMITS, WhenAllDown.ANSWER_503)));
        pool = state.defaultPool().origins();
    }

    private void fail(int origin, int failures) {
        for (int i = 0; i < failures; i++) {
            ejections.record(pool.get(origin)).failed();
        }
    }

    /** The time of the oldest ejection is over. */
    private void takeBack() {
        nanos += times.get(times.size() - 1).toNanos();
        later.remove().run();
    }

    @Test
    void onlyFailuresInARowCount() {
        fail(0, 2);
        ejections.record(pool.get(0)).succeeded();
        fail(0, 2);
        assertThat(ejections.ejected()).isEmpty();
        fail(0, 1);
        assertThat(ejections.ejected()).containsExactly(pool.get(0).id());
        assertThat(ejections.total()).isEqualTo(1);
        assertThat(changes).isEqualTo(1);
        fail(0, 10);
        assertThat(ejections.total()).as("it is out already").isEqualTo(1);
    }

    @Test
    void eachEjectionInARowLastsLongerUpToALimit() {
        for (int i = 0; i < 4; i++) {
            fail(0, 3);
            assertThat(ejections.ejected()).containsExactly(pool.get(0).id());
            takeBack();
            assertThat(ejections.ejected()).isEmpty();
        }
        assertThat(times)
                .containsExactly(
                        Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(12), Duration.ofSeconds(12));
        assertThat(changes).isEqualTo(8);
    }

    @Test
    void whoBehavesForLongStartsAnew() {
        fail(0, 3);
        takeBack();
        nanos += LIMITS.ejectTimeMax().toNanos() - 1;
        fail(0, 3);
        takeBack();
        nanos += LIMITS.ejectTimeMax().toNanos();
        fail(0, 3);
        assertThat(times).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(5));
    }

    @Test
    void neverMoreThanTheShareIsOut() {
        fail(0, 3);
        fail(1, 3);
        fail(2, 3);
        assertThat(ejections.ejected())
                .containsExactlyInAnyOrder(pool.get(0).id(), pool.get(1).id());
        takeBack();
        fail(2, 2);
        assertThat(ejections.ejected())
                .as("it counts from zero again")
                .containsExactly(pool.get(1).id());
        fail(2, 1);
        assertThat(ejections.ejected())
                .containsExactlyInAnyOrder(pool.get(1).id(), pool.get(2).id());
    }

    @Test
    void ejectedOriginsThatProbesFoundDownLeaveTheShareToTheOthers() {
        fail(0, 3);
        fail(1, 3);
        ClusterState state = ClusterState.INITIAL;
        for (int i = 1; i <= 4; i++) {
            OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2." + i + ":80"));
            state = state.apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), i)
                    .next();
        }
        for (int i = 0; i < 2; i++) {
            Origin down = pool.get(i);
            Verdict verdict = new Verdict(false, Instant.EPOCH, "test");
            state = state.apply(
                            new Command.RecordVerdict(
                                    PoolName.DEFAULT, down.id(), down.generation(), verdict, null, Instant.EPOCH),
                            5 + i)
                    .next();
        }
        ejections.follow(
                state.defaultPool(),
                PoolTerms.of(state.defaultPool(), new PoolTerms.NodeDefaults(LIMITS, WhenAllDown.ANSWER_503)));
        assertThat(state.defaultPool().origins().stream().filter(Origin::serving))
                .hasSize(2);
        fail(2, 3);
        assertThat(ejections.ejected())
                .as("half of the two that serve")
                .contains(pool.get(2).id());
        fail(3, 3);
        assertThat(ejections.ejected())
                .as("not all that serve")
                .doesNotContain(pool.get(3).id());
    }

    /** What was under way when it was taken out goes on: one works, and others fail. */
    @Test
    void anOriginThatIsOutIsNotEjectedAgain() {
        fail(0, 3);
        ejections.record(pool.get(0)).succeeded();
        fail(0, 3);
        assertThat(ejections.total()).isEqualTo(1);
        assertThat(later).hasSize(1);
        takeBack();
        assertThat(ejections.ejected()).isEmpty();
    }

    /** Removed and added again, it may be another server. */
    @Test
    void whatAnOriginHadUnderWayDoesNotCountForItsSuccessor() {
        Origin before = pool.get(0);
        fail(0, 2);
        ClusterState state = ClusterState.INITIAL;
        for (int i = 1; i <= 4; i++) {
            OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2." + i + ":80"));
            state = state.apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), 100 + i)
                    .next();
        }
        ejections.follow(
                state.defaultPool(),
                PoolTerms.of(state.defaultPool(), new PoolTerms.NodeDefaults(LIMITS, WhenAllDown.ANSWER_503)));
        for (int i = 0; i < 9; i++) {
            ejections.record(before).failed();
        }
        assertThat(ejections.ejected()).isEmpty();
        pool = state.defaultPool().origins();
        fail(0, 3);
        assertThat(ejections.ejected()).containsExactly(before.id());
    }

    @Test
    void theOnlyOriginAndAStrangerAreNeverEjected() {
        Origin gone = pool.get(3);
        fail(3, 3);
        assertThat(ejections.ejected()).containsExactly(gone.id());
        follow(1);
        assertThat(ejections.ejected()).isEmpty();
        fail(0, 30);
        for (int i = 0; i < 3; i++) {
            ejections.record(gone).failed();
        }
        assertThat(ejections.ejected()).isEmpty();
        takeBack();
        assertThat(ejections.ejected()).as("its time ends when it is gone").isEmpty();
    }
}
