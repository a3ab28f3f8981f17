package io.weldr.core.listener;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.Words;
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
 * @param address an IP literal and a port; a wildcard such as {@code 0.0.0.0} or {@code ::} means every address of the
 *     node. Null for the listener {@code default}, and only there: each node has its own
 * @param pool where the bytes of {@link Protocol#TCP} go; null with others, whose requests or connections go where
 *     routes say
 * @param trustedPeers networks whose {@code X-Forwarded-*} and {@code Forwarded} fields are believed; null: as the node
 *     has it with the listener {@code default}, and none with others
 * @param proxyProtocol networks from which every connection has to begin with a PROXY protocol header, version 1 or 2
 * @param errorPages by status class, 4 or 5
 * @param tls with {@link Protocol#HTTPS}, and only there
 * @param http2 whether HTTP/2 is spoken: by ALPN with {@link Protocol#HTTPS}, by prior knowledge with {@link
 *     Protocol#HTTP}; null: the default, see {@link #speaksHttp2}
 * @param redirectPort with {@link Protocol#HTTP}: every request is answered with a redirect to https at that port of
 *     its host; null: it goes where routes say
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
        @Nullable ListenerTls tls,
        @Nullable Boolean http2,
        @Nullable Integer redirectPort,
        Stamp stamp) {

    /** What every cluster has from its beginning. */
    public static final Listener DEFAULT = named(ListenerName.DEFAULT).build();

    private static final int NETWORKS_MAX = 64;
    private static final int PORT_MAX = 65_535;

    /** What is spoken on its connections. */
    public enum Protocol {
        HTTP,
        /** Bytes, whatever they mean. */
        TCP,
        /** HTTP within TLS. */
        HTTPS,
        /** TLS that the origins speak: the name that a client asks for decides the pool, and the bytes pass. */
        TLS_PASSTHROUGH;

        /** Whether requests come, which routes lead by all that they say. */
        public boolean carriesHttp() {
            return this == HTTP || this == HTTPS;
        }
    }

    public Listener {
        boolean isDefault = name.equals(ListenerName.DEFAULT);
        if (isDefault) {
            Check.that(
                    address == null,
                    "address",
                    String.valueOf(address),
                    "none, because each node binds the listener default to its own proxy-address");
            Check.that(protocol == Protocol.HTTP, "protocol", Words.of(protocol), "http with the listener default");
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
                tcp ? "the pool that the bytes go to" : "none, because routes lead to pools");
        boolean http = protocol.carriesHttp();
        Check.that(
                http || (trustedPeers == null && errorPages.isEmpty() && limits.requestBodyBytesMax() == null),
                "protocol",
                Words.of(protocol),
                "no trustedPeers, errorPages or limits.requestBodyBytesMax, because these are about HTTP");
        Check.that(
                (protocol == Protocol.HTTPS) == (tls != null),
                "tls",
                tls == null ? "nothing" : "settings of TLS",
                protocol == Protocol.HTTPS
                        ? "the certificates, with the protocol https"
                        : "none, because only the protocol https has it");
        Check.that(
                http || http2 == null,
                "http2",
                String.valueOf(http2),
                "none, because only the protocols http and https have it");
        if (redirectPort != null) {
            Check.that(
                    protocol == Protocol.HTTP,
                    "redirectPort",
                    redirectPort,
                    "none, because only the protocol http has it");
            Check.inRange("redirectPort", redirectPort, 1, PORT_MAX);
        }
        trustedPeers = trustedPeers == null ? null : List.copyOf(trustedPeers);
        Check.atMost("trustedPeers", trustedPeers == null ? 0 : trustedPeers.size(), NETWORKS_MAX);
        proxyProtocol = List.copyOf(proxyProtocol);
        Check.atMost("proxyProtocol", proxyProtocol.size(), NETWORKS_MAX);
        errorPages = Collections.unmodifiableSortedMap(new TreeMap<>(errorPages));
        errorPages.keySet().forEach(status -> Check.inRange("errorPages", status, 4, 5));
    }

    /**
     * Whether HTTP/2 is spoken: within TLS it is, unless {@link #http2} says no; in the clear it is not, unless that
     * says yes.
     */
    public boolean speaksHttp2() {
        return http2 == null ? protocol == Protocol.HTTPS : http2;
    }

    /** The same, as written at another time. */
    public Listener with(Stamp other) {
        return toBuilder().stamp(other).build();
    }

    /** Whether an operator says the same by both, whenever that was. */
    public boolean sameAs(Listener other) {
        return with(Stamp.INITIAL).equals(other.with(Stamp.INITIAL));
    }

    /** Of that name, with the defaults for what it is not told. */
    public static Builder named(ListenerName name) {
        return new Builder(name);
    }

    /** With all that this listener has for what it is not told. */
    public Builder toBuilder() {
        return new Builder(name)
                .protocol(protocol)
                .address(address)
                .pool(pool)
                .limits(limits)
                .trustedPeers(trustedPeers)
                .proxyProtocol(proxyProtocol)
                .errorPages(errorPages)
                .tls(tls)
                .http2(http2)
                .redirectPort(redirectPort)
                .stamp(stamp);
    }

    /** Collects what is said of a listener. Not thread safe. */
    public static final class Builder {
        private final ListenerName name;
        private Protocol protocol = Protocol.HTTP;
        private @Nullable HostPort address;
        private @Nullable PoolName pool;
        private ListenerLimits limits = ListenerLimits.UNSET;
        private @Nullable List<Network> trustedPeers;
        private List<Network> proxyProtocol = List.of();
        private SortedMap<Integer, ErrorPage> errorPages = new TreeMap<>();
        private @Nullable ListenerTls tls;
        private @Nullable Boolean http2;
        private @Nullable Integer redirectPort;
        private Stamp stamp = Stamp.INITIAL;

        private Builder(ListenerName name) {
            this.name = name;
        }

        public Builder protocol(Protocol value) {
            protocol = value;
            return this;
        }

        public Builder address(@Nullable HostPort value) {
            address = value;
            return this;
        }

        public Builder pool(@Nullable PoolName value) {
            pool = value;
            return this;
        }

        public Builder limits(ListenerLimits value) {
            limits = value;
            return this;
        }

        public Builder trustedPeers(@Nullable List<Network> value) {
            trustedPeers = value;
            return this;
        }

        public Builder proxyProtocol(List<Network> value) {
            proxyProtocol = value;
            return this;
        }

        public Builder errorPages(SortedMap<Integer, ErrorPage> value) {
            errorPages = value;
            return this;
        }

        public Builder tls(@Nullable ListenerTls value) {
            tls = value;
            return this;
        }

        public Builder http2(@Nullable Boolean value) {
            http2 = value;
            return this;
        }

        public Builder redirectPort(@Nullable Integer value) {
            redirectPort = value;
            return this;
        }

        public Builder stamp(Stamp value) {
            stamp = value;
            return this;
        }

        /**
         * What was collected.
         *
         * @throws IllegalArgumentException as the constructor
         */
        public Listener build() {
            return new Listener(
                    name,
                    protocol,
                    address,
                    pool,
                    limits,
                    trustedPeers,
                    proxyProtocol,
                    errorPages,
                    tls,
                    http2,
                    redirectPort,
                    stamp);
        }
    }
}
