package io.weldr.proxy;

import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.route.ChallengeAnswers;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.RateLimits;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.stats.SeriesLimit;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.proxy.upstream.OriginRecord;
import io.weldr.proxy.upstream.UpstreamSettings;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker gets every view in the end, also after one could not be handed or taken over. */
class WorkerTest {

    private final AtomicBoolean handOverFails = new AtomicBoolean();
    private final AtomicBoolean takeOverFails = new AtomicBoolean();
    private final DefaultEventLoop loop = new DefaultEventLoop() {
        @Override
        public void execute(Runnable task) {
            failOnce(handOverFails);
            super.execute(task);
        }
    };
    private final NameResolver resolver = new NameResolver();
    private final Worker worker = new Worker(
            loop,
            0,
            TestProxy.settings().build(),
            1 << 20,
            new UpstreamSettings(
                    ProxyLimits.DEFAULTS,
                    Transport.NIO,
                    1,
                    ByteBufAllocator.DEFAULT,
                    new DeadAddresses<>(UpstreamSettings.DEAD_TIME)),
            resolver,
            0,
            (pool, origin) -> OriginRecord.unwatched(),
            new RateLimits(),
            new SeriesLimit(10));

    private static void failOnce(AtomicBoolean fails) {
        if (fails.getAndSet(false)) {
            throw new InternalError("of the test");
        }
    }

    private RoutingView viewOf(int number) {
        OriginSpec spec = OriginSpec.of(OriginUrl.parse("http://192.0.2." + number + ":80"));
        ClusterState state = ClusterState.INITIAL
                .apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), 1)
                .next();
        Pool pool = state.defaultPool();
        PoolTerms terms = PoolTerms.of(pool, new PoolTerms.NodeDefaults(ProxyLimits.DEFAULTS, WhenAllDown.ANSWER_503));
        ServingPool serving =
                ServingPool.of(pool, terms, OriginAccess.PLAIN, Set.of(), Instant.EPOCH, CookieTokens.NONE);
        List<Origin> bound = new AbstractList<>() {
            @Override
            public Origin get(int index) {
                throw new IndexOutOfBoundsException(index);
            }

            @Override
            public int size() {
                failOnce(takeOverFails);
                return 0;
            }
        };
        ServingPool failing = new ServingPool(
                serving.name(),
                serving.settings(),
                terms,
                OriginAccess.PLAIN,
                serving.origins(),
                serving.serving(),
                bound,
                serving.balancer(),
                null,
                null);
        return new RoutingView(0, Map.of(), ChallengeAnswers.NONE, Map.of(PoolName.DEFAULT, failing));
    }

    private void awaitView(long number) {
        await().until(() -> worker.viewNumber() == number);
    }

    @BeforeEach
    void serveTheFirstView() {
        worker.start();
        worker.update(viewOf(1), 1);
        awaitView(1);
    }

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        resolver.close();
    }

    @Test
    void aViewThatCouldNotBeTakenOverIsTakenOverLater() {
        takeOverFails.set(true);
        worker.update(viewOf(2), 2);
        awaitView(2);
        worker.update(viewOf(3), 3);
        awaitView(3);
    }

    @Test
    void aViewThatCouldNotBeHandedOverIsTakenOverByTheTimer() {
        handOverFails.set(true);
        worker.update(viewOf(2), 2);
        awaitView(2);
        worker.update(viewOf(3), 3);
        awaitView(3);
    }

    @Test
    void aNewerViewReplacesOneThatCouldNotBeTakenOver() {
        takeOverFails.set(true);
        worker.update(viewOf(2), 2);
        await().until(() -> !takeOverFails.get());
        worker.update(viewOf(3), 3);
        awaitView(3);
    }
}
