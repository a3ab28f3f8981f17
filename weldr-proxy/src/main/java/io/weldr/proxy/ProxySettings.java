package io.weldr.proxy;

import io.weldr.core.pool.Network;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.ChallengeCertificates;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.TicketKeys;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.proxy.trace.Tracing;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The settings of the proxy of one node. Only the addresses have no default. */
public final class ProxySettings {
    /** More event loops than this on one machine are a mistake in the configuration. */
    private static final int WORKERS_MAX = 1024;

    /** A token (RFC 9110 section 5.6.2), so that it can stand in Via without quotes. */
    private static final String VIA_NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}";

    private final List<InetSocketAddress> addresses;
    private final int workers;
    private final Transport transport;
    private final ProxyLimits limits;
    private final String viaName;
    private final List<Network> trustedNetworks;
    private final PortRanges listenerAllow;
    private final Map<String, InetSocketAddress> ownAddresses;
    private final Duration drainTimeout;
    private final Forwarding forwarding;
    private final boolean traceAllowed;
    private final WhenAllDown whenAllDown;
    private final CookieTokens tokens;
    private final KeySeal keySeal;
    private final TlsLibrary tlsLibrary;
    private final TicketKeys ticketKeys;
    private final ChallengeCertificates challengeCertificates;
    private final @Nullable TrustManagerFactory trust;
    private final @Nullable AccessLog accessLog;
    private final @Nullable Tracing tracing;

    private ProxySettings(Builder builder) {
        addresses = List.copyOf(builder.addresses);
        workers = builder.workers;
        transport = builder.transport;
        limits = builder.limits;
        viaName = builder.viaName;
        trustedNetworks = builder.trustedPeers.stream().map(Network::parse).toList();
        listenerAllow = builder.listenerAllow;
        ownAddresses = Map.copyOf(builder.ownAddresses);
        drainTimeout = builder.drainTimeout;
        forwarding = builder.forwarding;
        traceAllowed = builder.traceAllowed;
        whenAllDown = builder.whenAllDown;
        tokens = builder.tokens;
        keySeal = builder.keySeal;
        tlsLibrary = builder.tlsLibrary;
        ticketKeys = builder.ticketKeys;
        challengeCertificates = builder.challengeCertificates;
        trust = builder.trust;
        accessLog = builder.accessLog;
        tracing = builder.tracing;
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: none (expected: at least one to listen on)");
        }
        if (workers < 0 || workers > WORKERS_MAX) {
            throw new IllegalArgumentException("workers: " + workers + " (expected: 0 to " + WORKERS_MAX + ")");
        }
        if (!viaName.matches(VIA_NAME)) {
            throw new IllegalArgumentException("viaName: " + viaName + " (expected: a token of up to 64 characters)");
        }
    }

    /**
     * Returns the networks if each is an address or a network, as {@code trustedPeers} have to be; throws with the one
     * that is not.
     */
    public static List<String> checkedNetworks(List<String> networks) {
        networks.forEach(Network::parse);
        return networks;
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where the proxy listens; at least one. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** The number of event loops; 0: one for each core of the machine. */
    public int workers() {
        return workers;
    }

    public Transport transport() {
        return transport;
    }

    public ProxyLimits limits() {
        return limits;
    }

    public String viaName() {
        return viaName;
    }

    /** Networks whose word about clients behind them is believed, at the node's own addresses. */
    public List<Network> trustedNetworks() {
        return trustedNetworks;
    }

    /** The ports that listeners of the cluster may have on this node. */
    public PortRanges listenerAllow() {
        return listenerAllow;
    }

    /** Where the node listens for itself, by the setting that says it; no listener of the cluster may be in the way. */
    public Map<String, InetSocketAddress> ownAddresses() {
        return ownAddresses;
    }

    /** How long the connections of a listener that was removed have to finish. */
    public Duration drainTimeout() {
        return drainTimeout;
    }

    public Forwarding forwarding() {
        return forwarding;
    }

    public boolean traceAllowed() {
        return traceAllowed;
    }

    public WhenAllDown whenAllDown() {
        return whenAllDown;
    }

    /** What sticky cookies hold. */
    public CookieTokens tokens() {
        return tokens;
    }

    /** Opens the private keys of the cluster's certificates. */
    public KeySeal keySeal() {
        return keySeal;
    }

    /** What speaks TLS with clients. */
    public TlsLibrary tlsLibrary() {
        return tlsLibrary;
    }

    /** The keys of session tickets. */
    public TicketKeys ticketKeys() {
        return ticketKeys;
    }

    /** Who makes the certificates of TLS-ALPN-01. */
    public ChallengeCertificates challengeCertificates() {
        return challengeCertificates;
    }

    public @Nullable TrustManagerFactory trust() {
        return trust;
    }

    public @Nullable AccessLog accessLog() {
        return accessLog;
    }

    /** How requests are traced; null: traceparent is passed on as it came. */
    public @Nullable Tracing tracing() {
        return tracing;
    }

    /** Collects what differs from the defaults, which are the initial values of its fields. */
    public static final class Builder {
        private final List<InetSocketAddress> addresses = new ArrayList<>();
        private int workers = 0;
        private Transport transport = Transport.AUTO;
        private ProxyLimits limits = ProxyLimits.DEFAULTS;
        private String viaName = "weldr";
        private List<String> trustedPeers = List.of();
        private PortRanges listenerAllow = PortRanges.UNPRIVILEGED;
        private Map<String, InetSocketAddress> ownAddresses = Map.of();
        private Duration drainTimeout = Duration.ofSeconds(10);
        private Forwarding forwarding = Forwarding.X_FORWARDED;
        private boolean traceAllowed = false;
        private WhenAllDown whenAllDown = WhenAllDown.ANSWER_503;
        private CookieTokens tokens = CookieTokens.NONE;
        private KeySeal keySeal = KeySeal.NONE;
        private TlsLibrary tlsLibrary = TlsLibrary.AUTO;
        private TicketKeys ticketKeys = TicketKeys.NONE;
        private ChallengeCertificates challengeCertificates = (host, keyAuthorization) -> {
            throw new IllegalStateException("this proxy was not told how");
        };
        private @Nullable TrustManagerFactory trust = null;
        private @Nullable AccessLog accessLog = null;
        private @Nullable Tracing tracing = null;

        private Builder() {}

        /** One more address to listen on. Port 0 takes any free port. */
        public Builder address(InetSocketAddress address) {
            addresses.add(address);
            return this;
        }

        /** The number of event loops, each on one core; 0: as many as the machine has cores. */
        public Builder workers(int number) {
            workers = number;
            return this;
        }

        /** How the proxy talks to the kernel. By default by epoll where it exists, else by NIO. */
        public Builder transport(Transport kind) {
            transport = kind;
            return this;
        }

        /** Every queue, buffer and wait. */
        public Builder limits(ProxyLimits all) {
            limits = all;
            return this;
        }

        /** The name of this proxy in Via (RFC 9110 section 7.6.3): a token. */
        public Builder viaName(String token) {
            viaName = token;
            return this;
        }

        /** Networks, as in {@code 10.0.0.0/8}, whose X-Forwarded-* and Forwarded are believed. By default none. */
        public Builder trustedPeers(List<String> networks) {
            trustedPeers = networks;
            return this;
        }

        /** The ports that listeners of the cluster may have on this node. By default those of 1024 and above. */
        public Builder listenerAllow(PortRanges ports) {
            listenerAllow = ports;
            return this;
        }

        /** Where the node listens for itself, by the setting that says it. Default: nowhere. */
        public Builder ownAddresses(Map<String, InetSocketAddress> addresses) {
            ownAddresses = addresses;
            return this;
        }

        /** How long the connections of a listener that was removed have to finish. By default 10 s. */
        public Builder drainTimeout(Duration time) {
            drainTimeout = time;
            return this;
        }

        /** The fields that tell origins who the client is. */
        public Builder forwarding(Forwarding fields) {
            forwarding = fields;
            return this;
        }

        /** Whether TRACE is passed on. By default it is not: it shows a client what fields were added on the way. */
        public Builder traceAllowed(boolean allowed) {
            traceAllowed = allowed;
            return this;
        }

        /** What sticky cookies hold. Without, clients are not bound to origins, whatever pools say. */
        public Builder tokens(CookieTokens source) {
            tokens = source;
            return this;
        }

        /** What speaks TLS with clients. By default BoringSSL where it runs, else the JDK. */
        public Builder tlsLibrary(TlsLibrary library) {
            tlsLibrary = library;
            return this;
        }

        /** The keys of session tickets. Without, sessions do not resume. */
        public Builder ticketKeys(TicketKeys source) {
            ticketKeys = source;
            return this;
        }

        /** Who makes the certificates by which hosts are proved (TLS-ALPN-01). */
        public Builder challengeCertificates(ChallengeCertificates maker) {
            challengeCertificates = maker;
            return this;
        }

        /** What happens when no origin is up. */
        public Builder whenAllDown(WhenAllDown policy) {
            whenAllDown = policy;
            return this;
        }

        /** Opens the private keys of the cluster's certificates. Without, none can be used. */
        public Builder keySeal(KeySeal seal) {
            keySeal = seal;
            return this;
        }

        /** The certificate authorities for https origins. By default those of the platform. */
        public Builder trust(TrustManagerFactory authorities) {
            trust = authorities;
            return this;
        }

        /** Where each exchange leaves a line; null: nowhere. The caller closes the log, after the proxy. */
        public Builder accessLog(@Nullable AccessLog log) {
            accessLog = log;
            return this;
        }

        /** How requests are traced; null: not at all, and traceparent is passed on as it came. */
        public Builder tracing(@Nullable Tracing how) {
            tracing = how;
            return this;
        }

        /**
         * Checks everything together.
         *
         * @throws IllegalArgumentException a setting is missing or cannot be used; the message starts with its name
         */
        public ProxySettings build() {
            return new ProxySettings(this);
        }
    }
}
