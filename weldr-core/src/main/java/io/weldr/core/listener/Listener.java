package io.weldr.core.listener;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An address on which every node takes connections.
 *
 * @param address an IP literal and a port; a wildcard such as {@code 0.0.0.0} or {@code ::} means every address of the node. Null for the
 *     listener {@code default}, and only there: each node has its own
 * @param pool where the bytes of {@link Protocol#TCP} go; null with {@link Protocol#HTTP}, whose requests go where routes say
 * @param trustedPeers networks whose {@code X-Forwarded-*} and {@code Forwarded} fields are believed; null: as the node has it with
 *     the listener {@code default}, and none with others
 * @param proxyProtocol networks from which every connection has to begin with a PROXY protocol header, version 1 or 2
 * @param errorPages by status class, 4 or 5
 */
public record Listener(
        ListenerName name,
        Protocol protocol,
        @Nullable HostPort address,
        @Nullable PoolName pool,
        ListenerLimits limits,
        @Nullable List<Network> trustedPeers,
        List<Network> proxyProtocol,
        SortedMap<Integer, ErrorPage> errorPages,
        Stamp stamp) {

    /** What every cluster has from its beginning. */
    public static final Listener DEFAULT = new Listener(
            ListenerName.DEFAULT,
            Protocol.HTTP,
            null,
            null,
            ListenerLimits.UNSET,
            null,
            List.of(),
            new TreeMap<>(),
            Stamp.INITIAL);

    private static final int NETWORKS_MAX = 64;

    /** What is spoken on its connections. */
    public enum Protocol {
        HTTP,
        /** Bytes, whatever they mean. */
        TCP
    }

    public Listener {
        boolean isDefault = name.equals(ListenerName.DEFAULT);
        if (isDefault) {
            Check.that(
                    address == null,
                    "address",
                    String.valueOf(address),
                    "none, because each node binds the listener default to its own proxy-address");
            Check.that(protocol == Protocol.HTTP, "protocol", "tcp", "http with the listener default");
        } else {
            HostPort given =
                    Check.present(address, "address", "nothing", "an IP address and a port, as in 0.0.0.0:8443");
            Check.that(given.isLiteral(), "address", given, "an IP address and not a name, as in 0.0.0.0:8443");
        }
        boolean tcp = protocol == Protocol.TCP;
        Check.that(
                tcp == (pool != null),
                "pool",
                pool == null ? "nothing" : pool,
                tcp ? "the pool that the bytes go to" : "none, because routes lead requests to pools");
        Check.that(
                !tcp || (trustedPeers == null && errorPages.isEmpty() && limits.requestBodyBytesMax() == null),
                "protocol",
                "tcp",
                "no trustedPeers, errorPages or limits.requestBodyBytesMax, because these are about HTTP");
        trustedPeers = trustedPeers == null ? null : List.copyOf(trustedPeers);
        Check.atMost("trustedPeers", trustedPeers == null ? 0 : trustedPeers.size(), NETWORKS_MAX);
        proxyProtocol = List.copyOf(proxyProtocol);
        Check.atMost("proxyProtocol", proxyProtocol.size(), NETWORKS_MAX);
        errorPages = Collections.unmodifiableSortedMap(new TreeMap<>(errorPages));
        errorPages.keySet().forEach(status -> Check.inRange("errorPages", status, 4, 5));
    }

    /** The same, as written at another time. */
    public Listener with(Stamp other) {
        return new Listener(name, protocol, address, pool, limits, trustedPeers, proxyProtocol, errorPages, other);
    }

    /** Whether an operator says the same by both, whenever that was. */
    public boolean sameAs(Listener other) {
        return with(Stamp.INITIAL).equals(other.with(Stamp.INITIAL));
    }
}
