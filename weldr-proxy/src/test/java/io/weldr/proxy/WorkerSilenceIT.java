package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.upstream.NameResolver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** For how long an event loop has not run: what a watchdog looks at. */
class WorkerSilenceIT {
    /** Ten times as long as a loop that works is silent. */
    private static final Duration LONG = Duration.ofSeconds(1);

    @Test
    void growsWhileALoopHangsAndEndsWhenItRunsAgain() throws IOException {
        NameResolver names = new NameResolver();
        ProxyServer server =
                new ProxyServer(TestProxy.settings().workers(2).build(), new Published<>(ClusterState.INITIAL), names);
        assertThat(server.workerSilence()).as("before it starts").isZero();
        server.start();
        CountDownLatch goOn = new CountDownLatch(1);
        try {
            await().until(() -> server.workerSilence().compareTo(LONG) < 0);
            AtomicBoolean one = new AtomicBoolean();
            server.onEveryLoop(() -> {
                if (one.compareAndSet(false, true)) {
                    awaitUninterruptibly(goOn);
                }
            });
            await("one of two workers hangs").until(() -> server.workerSilence().compareTo(LONG.multipliedBy(2)) > 0);
            goOn.countDown();
            await("both run").until(() -> server.workerSilence().compareTo(LONG) < 0);
        } finally {
            goOn.countDown();
            server.close();
            names.close();
        }
        assertThat(server.workerSilence()).as("after it closed").isZero();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
