package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginSpec;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A proxy tells by which state its workers route. */
class RoutedRevisionIT {
    @Test
    void aStateCountsOnceEveryWorkerHasTakenIt() {
        try (TestProxy proxy = TestProxy.with(settings -> settings.workers(2))) {
            publish(proxy, origin(1));
            await().until(() -> proxy.server.routedRevision() == 1);
            CountDownLatch goOn = proxy.hold();
            publish(proxy, origin(2));
            assertThat(proxy.server.routedRevision()).isEqualTo(1);
            publish(proxy, member());
            assertThat(proxy.server.routedRevision())
                    .as("the view of the state before is still under way")
                    .isEqualTo(1);
            goOn.countDown();
            await().until(() -> proxy.server.routedRevision() == 3);

            CountDownLatch again = proxy.hold();
            publish(proxy, new Command.RetireMember(new MemberId("n1"), Instant.EPOCH));
            // No worker has to do anything for it.
            await().until(() -> proxy.server.routedRevision() == 4);
            again.countDown();
        }
    }

    @Test
    void aProxyThatDoesNotServeRoutesByNoOldState() {
        TestProxy proxy = TestProxy.with(settings -> settings.workers(2));
        proxy.close();
        publish(proxy, origin(1));
        assertThat(proxy.server.routedRevision()).isEqualTo(1);
    }

    private static Command origin(int port) {
        return new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://127.0.0.1:" + port)), true, Instant.EPOCH);
    }

    private static Command member() {
        HostPort nowhere = new HostPort("127.0.0.1", 9);
        return new Command.AnnounceMember(
                new Member(new MemberId("n1"), nowhere, nowhere, nowhere, nowhere, "x", ClusterVersion.SUPPORTED),
                Instant.EPOCH);
    }

    /** Without waiting for the workers. */
    private static void publish(TestProxy proxy, Command command) {
        ClusterState before = proxy.state.get();
        proxy.state.publish(before.apply(command, before.revision() + 1).next());
    }
}
