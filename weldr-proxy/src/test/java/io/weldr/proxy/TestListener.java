package io.weldr.proxy;

import io.weldr.core.Stamp;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.Listener.Protocol;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A listener of the cluster as a test describes it, and what a proxy has made of it. */
final class TestListener {
    private static final RouteName EVERYWHERE = new RouteName("everywhere");

    private final ListenerName name;
    private Protocol protocol = Protocol.HTTP;
    private @Nullable HostPort address;
    private @Nullable PoolName pool;
    private @Nullable Integer connectionsMax;
    private @Nullable Long bodyMax;
    private @Nullable Duration idle;
    private @Nullable List<Network> trusted;
    private List<Network> proxies = List.of();
    private @Nullable ListenerTls tls;
    private @Nullable Boolean http2;
    private @Nullable Integer redirectPort;
    private final TreeMap<Integer, ErrorPage> pages = new TreeMap<>();

    private TestListener(String name) {
        this.name = new ListenerName(name);
    }

    /** The listener that every node binds to its own addresses. */
    static TestListener ofNode() {
        return new TestListener("default");
    }

    static TestListener http(String name, String address) {
        TestListener listener = new TestListener(name);
        listener.address = HostPort.parse(address);
        return listener;
    }

    static TestListener http(String name, int port) {
        return http(name, "127.0.0.1:" + port);
    }

    /** Leads to the pool {@code default}. */
    static TestListener tcp(String name, int port) {
        TestListener listener = http(name, port);
        listener.protocol = Protocol.TCP;
        listener.pool = PoolName.DEFAULT;
        return listener;
    }

    /** Clients may speak HTTP/2 without being asked. */
    TestListener http2() {
        http2 = true;
        return this;
    }

    /** Speaks TLS with these certificates. */
    static TestListener https(String name, int port, String... certificates) {
        TestListener listener = http(name, port);
        listener.protocol = Protocol.HTTPS;
        listener.tls = ListenerTls.of(
                Arrays.stream(certificates).map(CertificateName::new).toArray(CertificateName[]::new));
        return listener;
    }

    /** Passes TLS on. */
    static TestListener passthrough(String name, int port) {
        TestListener listener = http(name, port);
        listener.protocol = Protocol.TLS_PASSTHROUGH;
        return listener;
    }

    private ListenerTls tls() {
        ListenerTls known = tls;
        if (known == null) {
            throw new AssertionError("no TLS");
        }
        return known;
    }

    /** Presents that certificate to those that ask for no name, or for another one. */
    TestListener byDefault(String certificate) {
        ListenerTls now = tls();
        tls = new ListenerTls(
                now.certificates(),
                new CertificateName(certificate),
                now.policy(),
                now.clients(),
                now.clientAuthorities(),
                now.subjectField(),
                now.fingerprintField());
        return this;
    }

    /** Speaks TLS 1.3 alone. */
    TestListener modern() {
        ListenerTls now = tls();
        tls = new ListenerTls(
                now.certificates(),
                now.defaultCertificate(),
                ListenerTls.TlsPolicy.MODERN,
                now.clients(),
                now.clientAuthorities(),
                now.subjectField(),
                now.fingerprintField());
        return this;
    }

    /** Asks clients for certificates of that authority, and tells origins of them. */
    TestListener asking(
            ListenerTls.ClientCertificates how,
            String authorities,
            @Nullable String subject,
            @Nullable String fingerprint) {
        ListenerTls now = tls();
        tls = new ListenerTls(
                now.certificates(), now.defaultCertificate(), now.policy(), how, authorities, subject, fingerprint);
        return this;
    }

    TestListener http2(boolean spoken) {
        http2 = spoken;
        return this;
    }

    TestListener redirectingTo(int httpsPort) {
        redirectPort = httpsPort;
        return this;
    }

    TestListener connectionsMax(int most) {
        connectionsMax = most;
        return this;
    }

    TestListener bodyMax(long most) {
        bodyMax = most;
        return this;
    }

    TestListener idle(Duration timeout) {
        idle = timeout;
        return this;
    }

    TestListener trusting(String... networks) {
        trusted = List.of(networks).stream().map(Network::parse).toList();
        return this;
    }

    TestListener behindProxies(String... networks) {
        proxies = List.of(networks).stream().map(Network::parse).toList();
        return this;
    }

    TestListener page(int statusClass, String type, String body) {
        pages.put(statusClass, new ErrorPage(type, body));
        return this;
    }

    Listener build() {
        return Listener.named(name)
                .protocol(protocol)
                .address(address)
                .pool(pool)
                .limits(new ListenerLimits(connectionsMax, bodyMax, idle))
                .trustedPeers(trusted)
                .proxyProtocol(proxies)
                .errorPages(pages)
                .tls(tls)
                .redirectPort(redirectPort)
                .http2(http2)
                .build();
    }

    /** Writes it into the state, with a route for requests of all listeners to the pool {@code default}. */
    TestListener applyTo(TestProxy proxy) {
        if (protocol.carriesHttp() && proxy.state.get().route(EVERYWHERE) == null) {
            Route everywhere = new Route(
                    EVERYWHERE,
                    List.of(),
                    List.of(),
                    List.of(),
                    RouteAction.Forward.to(PoolName.DEFAULT),
                    RouteFilters.NONE,
                    RouteTimeouts.UNSET,
                    RouteRetries.DEFAULT,
                    null,
                    List.of(),
                    List.of(),
                    List.of(),
                    true,
                    Stamp.INITIAL);
            proxy.publish(new Command.PutRoute(
                    everywhere, Condition.NONE, proxy.state.get().routing(), Instant.EPOCH));
        }
        proxy.publish(new Command.PutListener(build(), Condition.NONE, Instant.EPOCH));
        return this;
    }

    int port() {
        HostPort to = address;
        return to == null ? 0 : to.port();
    }

    /** Writes it into the state, and waits until the proxy has tried to listen. */
    TestListener putTo(TestProxy proxy) {
        applyTo(proxy);
        proxy.server.awaitListeners();
        return this;
    }

    void removeFrom(TestProxy proxy) {
        proxy.apply(new Command.RemoveListener(name, null, Instant.EPOCH));
        proxy.server.awaitListeners();
    }

    /** The condition of the newest port of that name. */
    static ListenerCondition condition(TestProxy proxy, String name) {
        return proxy.server.listenerConditions().stream()
                .filter(condition -> condition.name().value().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no condition of " + name));
    }

    Wire connect() {
        HostPort to = address;
        if (to == null) {
            throw new AssertionError("the node's own");
        }
        try {
            return new Wire(new Socket(to.host(), to.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String exchange(String request) {
        try (Wire wire = connect()) {
            return wire.send(request).readMessage();
        }
    }

    static boolean refuses(String host, int port) {
        try (Socket socket = new Socket(host, port)) {
            return !socket.isConnected();
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
