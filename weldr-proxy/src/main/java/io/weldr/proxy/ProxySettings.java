package io.weldr.proxy;

import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.route.RoutingView.WhenAllDown;
import java.net.InetSocketAddress;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one node's proxy is told when it starts.
 *
 * @param addresses to listen on; at least one; port 0 takes any free one
 * @param workers event loops, each on one core; 0: as many as the machine has
 * @param transport what sockets are made of
 * @param limits every limit and wait
 * @param viaName our name in Via (RFC 9110 section 7.6.3): a token
 * @param trustedPeers networks, as in {@code 10.0.0.0/8}, whose X-Forwarded-* and Forwarded are believed
 * @param forwarding in which fields origins are told who the client is
 * @param traceAllowed whether TRACE is passed on; it shows a client what fields were added on the way
 * @param whenAllDown what happens when no origin is up
 * @param trust who vouches for https origins; null: the platform's certificate authorities
 * @param accessLog where each exchange leaves a line; null: nowhere. Closed by whoever made it, after the proxy
 */
public record ProxySettings(
        List<InetSocketAddress> addresses,
        int workers,
        Transport transport,
        ProxyLimits limits,
        String viaName,
        List<String> trustedPeers,
        Forwarding forwarding,
        boolean traceAllowed,
        WhenAllDown whenAllDown,
        @Nullable TrustManagerFactory trust,
        @Nullable AccessLog accessLog) {

    /** More loops than this on one machine is a mistake in the configuration. */
    private static final int WORKERS_MAX = 1024;

    public ProxySettings {
        addresses = List.copyOf(addresses);
        trustedPeers = List.copyOf(trustedPeers);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: none (expected: at least one to listen on)");
        }
        if (workers < 0 || workers > WORKERS_MAX) {
            throw new IllegalArgumentException("workers: " + workers + " (expected: 0 to " + WORKERS_MAX + ")");
        }
        if (!viaName.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")) {
            throw new IllegalArgumentException("viaName: " + viaName + " (expected: a token of up to 64 characters)");
        }
        checkedNetworks(trustedPeers);
    }

    /** Returns the networks if each is an address or a network, as {@code trustedPeers} have to be; throws with the one that is not. */
    public static List<String> checkedNetworks(List<String> networks) {
        networks.forEach(TrustedPeers::parse);
        return networks;
    }

    /** Defaults for everything but the address. */
    public static ProxySettings listeningOn(InetSocketAddress address) {
        return new ProxySettings(
                List.of(address),
                0,
                Transport.AUTO,
                ProxyLimits.DEFAULTS,
                "weldr",
                List.of(),
                Forwarding.X_FORWARDED,
                false,
                WhenAllDown.ANSWER_503,
                null,
                null);
    }

    /** The same with other limits. */
    public ProxySettings with(ProxyLimits other) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                other,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same with that number of workers. */
    public ProxySettings withWorkers(int number) {
        return new ProxySettings(
                addresses,
                number,
                transport,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same with another transport. */
    public ProxySettings with(Transport other) {
        return new ProxySettings(
                addresses,
                workers,
                other,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same, trusting those networks. */
    public ProxySettings withTrustedPeers(List<String> networks) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                networks,
                forwarding,
                traceAllowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same, telling origins of clients in those fields. */
    public ProxySettings with(Forwarding fields) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                trustedPeers,
                fields,
                traceAllowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same, with TRACE allowed or not. */
    public ProxySettings withTrace(boolean allowed) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                allowed,
                whenAllDown,
                trust,
                accessLog);
    }

    /** The same with another policy for a pool that is down. */
    public ProxySettings with(WhenAllDown policy) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                policy,
                trust,
                accessLog);
    }

    /** The same with other authorities for https origins. */
    public ProxySettings withTrust(TrustManagerFactory authorities) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                whenAllDown,
                authorities,
                accessLog);
    }

    /** The same with an access log. */
    public ProxySettings with(AccessLog log) {
        return new ProxySettings(
                addresses,
                workers,
                transport,
                limits,
                viaName,
                trustedPeers,
                forwarding,
                traceAllowed,
                whenAllDown,
                trust,
                log);
    }
}
