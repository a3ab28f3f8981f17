package io.weldr.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said of a pool. */
final class PoolOptions implements ResourceOptions {
    @Option(names = "--algorithm", paramLabel = "WORD", description = "round-robin, least-requests, random-two or hash")
    private @Nullable String algorithm;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "With hash: client-address, path, 'header NAME' or 'cookie NAME'")
    private @Nullable String key;

    @Option(
            names = "--load-percent-max",
            paramLabel = "N",
            description = "With hash: bound of the load of an origin, in percent of its share; 0: none")
    private @Nullable Integer loadPercentMax;

    @Option(
            names = "--sticky",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "NAME",
            description = "Bind clients to origins by a cookie. Default name: weldr")
    private @Nullable String sticky;

    @Option(
            names = "--sticky-secure",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Set the attribute Secure of the cookie")
    private @Nullable Boolean stickySecure;

    @Option(names = "--sticky-same-site", paramLabel = "WORD", description = "strict, lax or none")
    private @Nullable String stickySameSite;

    @Option(names = "--sticky-lifetime", paramLabel = "TIME", description = "Lifetime of the cookie, such as 24h")
    private @Nullable String stickyLifetime;

    @Option(
            names = "--slow-start",
            paramLabel = "TIME",
            description = "Time in which an origin that comes up gets less than its share")
    private @Nullable String slowStart;

    @Option(names = "--eject-after", paramLabel = "N", description = "Failures until a node ejects an origin; 0: never")
    private @Nullable Integer ejectAfter;

    @Option(
            names = "--eject-share-max",
            paramLabel = "N",
            description = "Largest part of the pool to eject, in percent")
    private @Nullable Integer ejectShareMax;

    @Option(names = "--eject-time", paramLabel = "TIME", description = "Length of the first ejection")
    private @Nullable String ejectTime;

    @Option(names = "--eject-time-max", paramLabel = "TIME", description = "Longest ejection")
    private @Nullable String ejectTimeMax;

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            description = "Limit of connections of a node to an origin; 0: no limit")
    private @Nullable Integer connectionsMax;

    @Option(names = "--queue-max", paramLabel = "N", description = "Limit of requests that wait for an origin")
    private @Nullable Integer queueMax;

    @Option(names = "--queue-timeout", paramLabel = "TIME", description = "Longest time that a request waits")
    private @Nullable String queueTimeout;

    @Option(
            names = "--when-all-down",
            paramLabel = "WORD",
            description = "When no origin is up: answer-503 or fail-open")
    private @Nullable String whenAllDown;

    @Option(names = "--minimum-up", paramLabel = "N", description = "Use the next priority if fewer origins are up")
    private @Nullable Integer minimumUp;

    @Option(
            names = "--send-proxy-protocol",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Begin connections of tcp listeners with a PROXY protocol header")
    private @Nullable Boolean sendsProxyProtocol;

    @Mixin
    private PoolTlsOptions tls = new PoolTlsOptions();

    @Mixin
    private HealthOptions health = new HealthOptions();

    @Override
    public void into(Draft draft) {
        draft.put("balancing.algorithm", algorithm);
        draft.put("balancing.key", key);
        draft.put("balancing.loadPercentMax", loadPercentMax);
        if (sticky != null) {
            draft.put("sticky", new java.util.LinkedHashMap<>(sticky.isEmpty() ? Map.of() : Map.of("name", sticky)));
        }
        draft.put("sticky.secure", stickySecure);
        draft.put("sticky.sameSite", stickySameSite);
        draft.putTime("sticky.lifetime", "--sticky-lifetime", stickyLifetime);
        draft.putTime("slowStart", "--slow-start", slowStart);
        draft.put("ejection.afterFailures", ejectAfter);
        draft.put("ejection.sharePercentMax", ejectShareMax);
        draft.putTime("ejection.time", "--eject-time", ejectTime);
        draft.putTime("ejection.timeMax", "--eject-time-max", ejectTimeMax);
        draft.put("limits.connectionsMax", connectionsMax);
        draft.put("limits.queueMax", queueMax);
        draft.putTime("limits.queueTimeout", "--queue-timeout", queueTimeout);
        draft.put("whenAllDown", whenAllDown);
        draft.put("minimumUp", minimumUp);
        draft.put("sendsProxyProtocol", sendsProxyProtocol);
        tls.into(draft);
        health.members().forEach((name, value) -> draft.put("health." + name, value));
    }
}
