package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.OriginUrl;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.testkit.FullState;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** A proxy of a cluster that holds all that it may hold. What takes time is printed, and asserted nowhere. */
class FullStateIT {
    private static final int ROUTE = FullState.routeToRealOrigin();
    private static final int CHANGES = 15;

    @Test
    void aProxyStartsWithAFullStateAndFollowsItsChanges() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK)) {
            ClusterState full = FullState.with(OriginUrl.parse(origin.url()));
            assertThat(full.pools()).hasSize(Limits.CURRENT.poolsMax());
            assertThat(full.origins()).isEqualTo(Limits.CURRENT.originsTotalMax());
            assertThat(full.routes()).hasSize(Limits.CURRENT.routesMax());
            assertThat(full.listeners()).hasSize(Limits.CURRENT.listenersMax());

            long start = System.nanoTime();
            try (TestProxy proxy = TestProxy.startedWith(full)) {
                System.out.printf("a proxy starts in %.0f ms%n", (System.nanoTime() - start) / 1e6);
                assertThat(version(proxy, origin)).isEqualTo("first");
                measure("a route", proxy, i -> FullState.change(proxy.state.get(), ROUTE, "v" + i));
                assertThat(version(proxy, origin)).isEqualTo("v" + (CHANGES - 1));
                measure("a verdict", proxy, i -> FullState.verdict(proxy.state.get(), 7, i % 2 == 1));
            }
        }
    }

    /** What the origin is sent of the route that leads there. */
    private static String version(TestProxy proxy, RawOrigin origin) {
        String request = "GET " + FullState.path(ROUTE) + " HTTP/1.1\r\nHost: " + FullState.host(ROUTE) + "\r\n\r\n";
        assertThat(proxy.exchange(request)).startsWith("HTTP/1.1 200 ");
        String sent = origin.requests().get(origin.requests().size() - 1);
        return sent.replaceFirst("(?s).*\r\nX-Version: ([^\r]*)\r\n.*", "$1");
    }

    private static void measure(String what, TestProxy proxy, IntFunction<Command> change) {
        double[] millis = new double[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            long start = System.nanoTime();
            proxy.publish(change.apply(i));
            long revision = proxy.state.get().revision();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> proxy.server.routedRevision() >= revision);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(
                "%s that changes reaches the workers after %.0f ms (median), %.0f ms at most%n",
                what, millis[CHANGES / 2], millis[CHANGES - 1]);
    }
}
