package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.RateLimits;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.stats.SeriesLimit;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.proxy.upstream.OriginRecord;
import io.weldr.proxy.upstream.UpstreamSettings;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Neither the thread that applies the log nor an event loop builds a view, or waits for one. */
class RoutingTest {

    private static final ProxyLimits LIMITS = ProxyLimits.DEFAULTS.with("ejectAfterFailures", 1);

    private record Build(Thread thread, PoolName pool, List<String> origins, Set<OriginId> ejected) {}

    private final List<Build> builds = new CopyOnWriteArrayList<>();
    private final Semaphore mayBuild = new Semaphore(0);
    private volatile boolean failing;

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final NameResolver resolver = new NameResolver();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final Routing routing = new Routing(
            new PoolTerms.NodeDefaults(LIMITS, WhenAllDown.ANSWER_503),
            this::serving,
            new OriginTls(null, KeySeal.NONE),
            new Certificates(TestProxy.settings().build()),
            workers);
    private final Published<ClusterState> state = new Published<>(ClusterState.INITIAL);

    /** Each build but the first waits for the test. */
    private ServingPool serving(Pool pool, PoolTerms terms, OriginAccess access, Set<OriginId> ejected, Instant now) {
        boolean first = builds.isEmpty();
        builds.add(new Build(
                Thread.currentThread(),
                pool.name(),
                pool.origins().stream().map(origin -> origin.id().value()).toList(),
                ejected));
        if (!first) {
            mayBuild.acquireUninterruptibly();
        }
        if (failing) {
            failing = false;
            throw new OutOfMemoryError("of the test");
        }
        return ServingPool.of(pool, terms, access, ejected, now, CookieTokens.NONE);
    }

    @BeforeEach
    void followFourOrigins() {
        UpstreamSettings upstream = new UpstreamSettings(
                LIMITS, Transport.NIO, 1, ByteBufAllocator.DEFAULT, new DeadAddresses<>(UpstreamSettings.DEAD_TIME));
        workers.add(new Worker(
                loop,
                0,
                TestProxy.settings().build(),
                1 << 20,
                upstream,
                resolver,
                0,
                routing.pools()::record,
                new RateLimits(),
                new SeriesLimit(10)));
        for (int i = 1; i <= 4; i++) {
            add(i);
        }
        routing.follow(state);
        await().until(() -> routing.routedRevision() == 4);
    }

    @AfterEach
    void end() {
        mayBuild.release(1000);
        routing.close();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        resolver.close();
    }

    private void add(int number) {
        OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2." + number + ":80"));
        apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH));
    }

    private void apply(Command command) {
        if (!state.get().version().atLeast(command.since())) {
            apply(new Command.RaiseClusterVersion(command.since(), Instant.EPOCH));
        }
        ClusterState before = state.get();
        state.publish(before.apply(command, before.revision() + 1).next());
    }

    private Origin origin(int index) {
        return state.get().defaultPool().origins().get(index);
    }

    @Test
    void theFirstViewIsThereWhenFollowReturns() {
        assertThat(builds)
                .singleElement()
                .satisfies(build -> assertThat(build.thread()).isEqualTo(Thread.currentThread()));
    }

    @Test
    void changesDuringABuildLeadToOneMore() {
        add(5);
        await().until(() -> builds.size() == 2);
        for (int i = 6; i <= 20; i++) {
            add(i); // returns: the thread that applies the log does not wait for the build
        }
        assertThat(routing.routedRevision()).isEqualTo(4);
        mayBuild.release();
        await().until(() -> routing.routedRevision() == 5);
        await().until(() -> builds.size() == 3);
        mayBuild.release();
        await().until(() -> routing.routedRevision() == 20);
        assertThat(builds).hasSize(3);
        assertThat(builds.get(2).origins()).hasSize(20);
        assertThat(builds.get(2).thread())
                .isEqualTo(builds.get(1).thread())
                .isNotEqualTo(Thread.currentThread())
                .satisfies(thread -> assertThat(thread.getName()).isEqualTo("weldr-routing"));
    }

    /** If the build held a lock that an ejection needs, the loop would not come back before the build may go on. */
    @Test
    void anEjectionOnAnEventLoopDoesNotWaitForABuild() throws Exception {
        OriginRecord record = routing.pools().record(PoolName.DEFAULT, origin(0));
        add(5);
        await().until(mayBuild::hasQueuedThreads);
        loop.submit(record::failed).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(routing.pools().ejected(PoolName.DEFAULT))
                .containsExactly(origin(0).id());
        assertThat(mayBuild.hasQueuedThreads())
                .as("the build is still under way")
                .isTrue();
        mayBuild.release(2);
        await().until(() -> builds.size() == 3);
        assertThat(builds.get(2).ejected()).containsExactly(origin(0).id());
        assertThat(builds.get(2).thread().getName()).isEqualTo("weldr-routing");
    }

    /** The table of cookies is built from the tokens that there are at that moment, and kept. */
    @Test
    void otherTokensLeadToANewViewOfPoolsWithAStickyCookieAlone() {
        mayBuild.release(2);
        PoolName sticky = new PoolName("sticky");
        for (String name : List.of("plain", sticky.value())) {
            PoolSettings settings = name.equals("plain") ? PoolSettings.DEFAULT : PoolsIT.STICKY;
            apply(new Command.PutPool(
                    new PoolName(name), HealthPolicy.DEFAULT, settings, Condition.NONE, Instant.EPOCH));
        }
        await().until(() -> routing.routedRevision() == state.get().revision());
        assertThat(builds).hasSize(3);
        routing.pools().tokensChanged();
        await().until(mayBuild::hasQueuedThreads);
        assertThat(builds).hasSize(4);
        assertThat(builds.get(3).pool()).isEqualTo(sticky);
        assertThat(builds.get(3).thread().getName()).isEqualTo("weldr-routing");

        routing.pools().tokensChanged(); // while the pool is built, maybe from the tokens before
        mayBuild.release(2);
        routing.awaitBuilt();
        assertThat(builds).hasSize(5);
        assertThat(builds.get(4).pool()).isEqualTo(sticky);
    }

    @Test
    void aBuildThatFailedIsTriedAgain() {
        failing = true;
        mayBuild.release(2);
        add(5);
        await().until(() -> routing.routedRevision() == 5);
        assertThat(builds).hasSize(3);
    }

    @Test
    void theThreadEndsWithTheProxy() {
        mayBuild.release();
        add(5);
        await().until(() -> routing.routedRevision() == 5);
        Thread thread = builds.get(1).thread();
        assertThat(thread.isAlive()).isTrue();
        routing.close();
        assertThat(thread.isAlive()).isFalse();
        add(6);
        assertThat(builds).hasSize(2);
    }

    @Test
    void aLoopThatHangsTakesOnlyTheNewestView() {
        Semaphore held = new Semaphore(0);
        loop.execute(held::acquireUninterruptibly);
        await().until(held::hasQueuedThreads);
        mayBuild.release(1000);
        for (int i = 5; i <= 30; i++) {
            add(i);
            int revision = i;
            await().until(() -> builds.get(builds.size() - 1).origins().size() == revision);
        }
        routing.awaitBuilt();
        assertThat(loop.pendingTasks()).isEqualTo(1);
        assertThat(routing.routedRevision()).isEqualTo(4);
        held.release();
        await().until(() -> routing.routedRevision() == 30);
    }
}
