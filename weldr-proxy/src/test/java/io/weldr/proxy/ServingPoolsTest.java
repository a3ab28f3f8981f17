package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.port.KeySeal;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.ServingPool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a pool is made anew though no state was published. */
class ServingPoolsTest {

    private static final PoolName POOL = new PoolName("web");
    private static final Instant UP_SINCE = Instant.EPOCH;

    private record Scheduled(Runnable task, Duration delay) {}

    /** Tokens that the test replaces. */
    private static final class Tokens implements CookieTokens {
        private String secret = "one";

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public String token(PoolName pool, OriginId origin) {
            return secret;
        }

        @Override
        public List<String> accepted(PoolName pool, OriginId origin) {
            return List.of(secret);
        }
    }

    private final Tokens tokens = new Tokens();
    private final List<Scheduled> scheduled = new ArrayList<>();
    private int asked;
    private final ServingPools pools = new ServingPools(
            new PoolTerms.NodeDefaults(ProxyLimits.DEFAULTS, WhenAllDown.ANSWER_503),
            (pool, terms, access, ejected, now) -> ServingPool.of(pool, terms, access, ejected, now, tokens),
            new OriginTls(null, KeySeal.NONE),
            (task, delay) -> scheduled.add(new Scheduled(task, delay)),
            () -> asked++);

    private static ClusterState state(@Nullable StickyCookie sticky, Duration slowStart) {
        PoolSettings settings =
                PoolSettings.builder().sticky(sticky).slowStart(slowStart).build();
        OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2.1:80"));
        Command put = new Command.PutPool(POOL, HealthPolicy.DEFAULT, settings, Condition.NONE, UP_SINCE);
        ClusterState state = then(ClusterState.INITIAL, new Command.RaiseClusterVersion(put.since(), UP_SINCE));
        return then(then(state, put), new Command.AddOrigin(POOL, spec, true, UP_SINCE));
    }

    private static ClusterState then(ClusterState before, Command command) {
        Transition transition = before.apply(command, before.revision() + 1);
        assertThat(transition.outcome()).isInstanceOf(Outcome.Accepted.class);
        return transition.next();
    }

    private Scheduled last() {
        return scheduled.get(scheduled.size() - 1);
    }

    @Test
    void aSlowStartGoesOnWhereTheClockIsBehindTheTimer() {
        ClusterState state = state(null, Duration.ofMinutes(1));
        Instant now = UP_SINCE.plusMillis(1);
        Map<PoolName, ServingPool> first = pools.refresh(state, now);
        assertThat(scheduled).hasSize(1);
        Instant due = now.plus(last().delay());
        last().task().run();
        assertThat(asked).isEqualTo(1);

        assertThat(pools.refresh(state, due.minusMillis(100))).isSameAs(first);
        assertThat(scheduled).as("the timer was early").hasSize(2);
        assertThat(last().delay()).isEqualTo(Duration.ofMillis(100));
        last().task().run();
        assertThat(pools.refresh(state, due)).isNotSameAs(first);
    }

    @Test
    void refreshesThatComeBeforeTheTimerSetNoOther() {
        ClusterState state = state(null, Duration.ofMinutes(1));
        Map<PoolName, ServingPool> first = pools.refresh(state, UP_SINCE);
        for (int i = 0; i < 100; i++) {
            assertThat(pools.refresh(state, UP_SINCE.plusMillis(i))).isSameAs(first);
        }
        assertThat(scheduled).hasSize(1);
        ClusterState settled = state(null, Duration.ZERO);
        pools.refresh(settled, UP_SINCE.plusMillis(200));
        assertThat(scheduled).hasSize(1);
    }

    @Test
    void cookiesFollowTheSecret() {
        StickyCookie cookie = new StickyCookie("sid", false, true, StickyCookie.SameSite.LAX, null);
        ClusterState state = state(cookie, Duration.ZERO);
        Map<PoolName, ServingPool> first = pools.refresh(state, UP_SINCE);
        assertThat(pools.refresh(state, UP_SINCE.plusSeconds(10))).isSameAs(first);

        tokens.secret = "two";
        pools.tokensChanged();
        assertThat(asked).isEqualTo(1);
        assertThat(pools.refresh(state, UP_SINCE.plusSeconds(20)))
                .extractingByKey(POOL)
                .isNotSameAs(first.get(POOL));
    }

    @Test
    void aSecretThatChangesWithoutAStickyPoolChangesNothing() {
        ClusterState state = state(null, Duration.ZERO);
        Map<PoolName, ServingPool> first = pools.refresh(state, UP_SINCE);
        pools.tokensChanged();
        assertThat(pools.refresh(state, UP_SINCE.plusSeconds(20))).isSameAs(first);
        assertThat(scheduled).isEmpty();
    }
}
