package io.weldr.proxy;

import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.warm.WarmClient;
import io.weldr.proxy.warm.WarmOrigin;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the code of the data plane loaded and compiled before the first client comes: requests go over loopback sockets
 * through a proxy of its own to an origin of its own, and both are gone afterwards. The proxy that serves knows nothing of
 * it, nor do its counters and its access log.
 */
public final class WarmUp {

    /** About where the first thousand requests stop getting any faster. */
    private static final int REQUESTS_MAX = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private WarmUp() {}

    /**
     * Blocks until the code is warm or the time is over. What goes wrong is logged and otherwise of no consequence: then
     * the first requests are as slow as they are without.
     *
     * @param settings of the proxy that will serve: what is warmed is its transport and whether it has an access log
     * @param timeMax zero: not at all
     * @return how many requests were answered
     */
    public static int run(ProxySettings settings, Duration timeMax) {
        if (timeMax.isZero()) {
            return 0;
        }
        long start = System.nanoTime();
        AccessLog log = settings.accessLog() == null
                ? null
                : new AccessLog(settings.accessLog().format(), OutputStream.nullOutputStream());
        int answered = 0;
        try (WarmOrigin origin = new WarmOrigin();
                ProxyServer proxy = new ProxyServer(
                        new ProxySettings(
                                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                                1,
                                settings.transport(),
                                ProxyLimits.DEFAULTS,
                                settings.viaName(),
                                settings.trustedPeers(),
                                settings.forwarding(),
                                settings.traceAllowed(),
                                settings.whenAllDown(),
                                null,
                                log),
                        poolOf(origin))) {
            proxy.start();
            proxy.awaitRouting();
            try (WarmClient client = new WarmClient(proxy.boundAddress())) {
                answered = client.ask(REQUESTS_MAX, start + timeMax.toNanos());
            }
            proxy.measure(); // what is asked for while requests are served is code too
            proxy.traffic();
        } catch (IOException | RuntimeException e) {
            LOG.info("warm-up: ended early ({}); the first requests may be slow", e.toString());
        } finally {
            if (log != null) {
                log.close();
            }
        }
        LOG.debug("warm-up: {} requests in {} ms", answered, (System.nanoTime() - start) / 1_000_000);
        return answered;
    }

    private static Published<ClusterState> poolOf(WarmOrigin origin) {
        String host = InetAddress.getLoopbackAddress().getHostAddress();
        OriginUrl url = OriginUrl.parse("http://" + host + ":" + origin.port());
        Command add = new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(url), true, Instant.EPOCH);
        return new Published<>(ClusterState.INITIAL.apply(add, 1).next());
    }
}
