package io.weldr.proxy.upstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.RoundRobin;
import io.weldr.core.balance.Target;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.ServingPool;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a balancer is told about the origins of a worker. */
class PoolViewTest {
    private static final Endpoint[] NONE_TRIED = {};

    /** In connections and requests that wait, of one origin. */
    private static final int ROOM = 3;

    private static final ProxyLimits LIMITS = ProxyLimits.builder()
            .set("connectionsPerOriginMax", 2)
            .set("queuePerOriginMax", 1)
            .build();

    private final CountDownLatch end = new CountDownLatch(1);
    private final NameResolver silent = new NameResolver(
            host -> {
                end.await();
                throw new UnknownHostException("the test is over");
            },
            this::nanoTime,
            Duration.ofMillis(500));
    private final PoolView view = new PoolView(
            Embedded.upstream(new DeadlineWheel(), silent, LIMITS), origin -> new OriginRecord(() -> 0, () -> {}), 0);
    private final Affinity affinity = new Affinity();
    private final List<Failure> refused = new ArrayList<>();
    private volatile boolean lookupsFail;

    private long nanoTime() {
        if (lookupsFail) {
            throw new InternalError("of the test");
        }
        return System.nanoTime();
    }

    @AfterEach
    void end() {
        end.countDown();
        silent.close();
    }

    @Test
    void anOriginThatWouldRefuseIsPassedOverWhileAnotherWouldNot() {
        serve(RoundRobin.of(List.of(new Target("a", 100), new Target("b", 100))));
        Endpoint first = pick();
        for (int i = 0; i < ROOM; i++) {
            assertThat(first.full()).as("after %d requests", i).isFalse();
            assertThat(first.acquire(new Waiting(), false)).isNotNull();
        }
        assertThat(first.full()).isTrue();
        Endpoint other = pick();
        assertThat(other).isNotSameAs(first);
        for (int i = 0; i < 10; i++) {
            assertThat(pick()).isSameAs(other);
        }
        for (int i = 0; i < ROOM; i++) {
            assertThat(other.acquire(new Waiting(), false)).isNotNull();
        }
        assertThat(refused).isEmpty();
        assertThat(pick().acquire(new Waiting(), false)).as("both are full").isNull();
        assertThat(refused).containsExactly(Failure.QUEUE_FULL);
    }

    @Test
    void requestsInFlightAreCountedForEachOriginAndTogether() {
        List<Integer> told = new ArrayList<>();
        serve(candidates -> {
            told.add(candidates.inFlight(0));
            told.add(candidates.inFlight(1));
            told.add(candidates.totalInFlight());
            return candidates.inFlight(0) < 2 ? 0 : 1;
        });
        for (int i = 0; i < 3; i++) {
            pick().entered();
        }
        pick().left();
        pick();
        assertThat(told).containsExactly(0, 0, 0, 1, 0, 1, 2, 0, 2, 2, 1, 3, 2, 0, 2);
    }

    @Test
    void anAttemptThatFailsWhenLimitsAreRaisedGoesOnToAnOriginThatWasNotUsed() {
        Balancer firstThenSecond = candidates -> candidates.tried(0) ? 1 : 0;
        serve(firstThenSecond);
        Endpoint first = pick();
        assertThat(first.acquire(new Waiting(), false)).isNotNull();
        assertThat(first.acquire(new Waiting(), false)).isNotNull();
        List<Endpoint> next = new ArrayList<>();
        ResponseSink goesOn = new Waiting() {
            @Override
            public void notConnected(Failure failure) {
                next.add(requireNonNull(view.pick(affinity, new Endpoint[] {first}, 1)));
            }
        };
        assertThat(first.acquire(goesOn, false)).as("in the queue").isNotNull();
        lookupsFail = true;
        serve(firstThenSecond, LIMITS.with("connectionsPerOriginMax", 3));
        lookupsFail = false;
        assertThat(next).singleElement().isNotSameAs(first);
    }

    private Endpoint pick() {
        return requireNonNull(view.pick(affinity, NONE_TRIED, 0));
    }

    private void serve(Balancer balancer) {
        serve(balancer, LIMITS);
    }

    private void serve(Balancer balancer, ProxyLimits limits) {
        ClusterState state = ClusterState.INITIAL;
        long revision = 0;
        for (String name : List.of("a", "b")) {
            OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://" + name + ".example:80"));
            state = state.apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), ++revision)
                    .next();
        }
        Pool pool = state.defaultPool();
        List<Origin> origins = pool.origins();
        PoolTerms terms = PoolTerms.of(pool, new PoolTerms.NodeDefaults(limits, WhenAllDown.ANSWER_503));
        view.update(new ServingPool(
                pool.name(),
                pool.settings(),
                terms,
                OriginAccess.PLAIN,
                origins,
                origins,
                List.of(),
                balancer,
                null,
                null));
    }

    /** Waits for ever: the lookup of the name does not end. */
    private class Waiting implements ResponseSink {
        @Override
        public void connected(Upstream connection) {
            throw new AssertionError("the name has no address");
        }

        @Override
        public void notConnected(Failure failure) {
            refused.add(failure);
        }

        @Override
        public void interimHead(ResponseHead head) {
            throw new AssertionError("no connection");
        }

        @Override
        public void responseHead(ResponseHead head, Framing framing, int following) {
            throw new AssertionError("no connection");
        }

        @Override
        public void responseBody(ByteBuf part) {
            throw new AssertionError("no connection");
        }

        @Override
        public boolean takesSplice() {
            return false;
        }

        @Override
        public int splice(Link from, long max) {
            throw new AssertionError("no connection");
        }

        @Override
        public void responseEnd() {
            throw new AssertionError("no connection");
        }

        @Override
        public void responsePause() {
            throw new AssertionError("no connection");
        }

        @Override
        public void broken(Failure failure) {
            throw new AssertionError("no connection");
        }

        @Override
        public void originWritability(boolean writable) {
            throw new AssertionError("no connection");
        }

        @Override
        public void originDone() {
            throw new AssertionError("no connection");
        }
    }
}
