package io.weldr.leader.health;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.port.HostNames;
import io.weldr.core.port.KeySeal;
import io.weldr.core.state.MemberId;
import io.weldr.testserver.TestCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Probers over real sockets, for stories. Confined to the thread of a test. */
final class Probing implements AutoCloseable {
    static final Duration PATIENT = Duration.ofSeconds(20);
    static final Duration SHORT = Duration.ofSeconds(1);

    private final List<AutoCloseable> made = new ArrayList<>();

    /** The prober of a node. */
    Prober prober(@Nullable TrustManagerFactory trust) {
        Laboratory lab = new Laboratory();
        HealthChecks checks = new HealthChecks(
                lab.state,
                lab,
                new Random(1),
                TestNames.PLATFORM,
                trust,
                KeySeal.NONE,
                new MemberId("n1"),
                lab,
                lab,
                "0.1");
        made.add(checks);
        return checks.prober();
    }

    /** A prober with sockets and names of a test. */
    Prober prober(ChannelFactory<NioSocketChannel> sockets, HostNames names, @Nullable TrustManagerFactory trust) {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        made.add(() -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly());
        return new NetworkProber(loops, sockets, names, new ProbeTls(trust, KeySeal.NONE), "0.1");
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : made) {
            one.close();
        }
    }

    static HealthPolicy policy(String path, HealthPolicy.Method method, String expected, Duration timeout) {
        return within(timeout)
                .path(path)
                .method(method)
                .expected(StatusRange.parseList(expected))
                .build();
    }

    static HealthPolicy get(String path, Duration timeout) {
        return policy(path, HealthPolicy.Method.GET, "200-299", timeout);
    }

    static HealthPolicy.Builder within(Duration timeout) {
        return HealthPolicy.builder().timeout(timeout);
    }

    static ProbeResult probe(Prober prober, String url, HealthPolicy policy) throws Exception {
        return begun(prober, url, policy).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A probe as a pool with these settings asks for it. */
    static ProbeResult probe(Prober prober, String url, PoolSettings settings, HealthPolicy policy) throws Exception {
        ProbeAccess access = new ProbeAccess(settings.protocol(), settings.tls(), null);
        return prober.probe(OriginUrl.parse(url), access, policy)
                .toCompletableFuture()
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    static CompletableFuture<ProbeResult> begun(Prober prober, String url, HealthPolicy policy) {
        return prober.probe(OriginUrl.parse(url), ProbeAccess.DEFAULT, policy).toCompletableFuture();
    }

    static void assertNotSent(Prober by, String url, String why) {
        assertThat(begun(by, url, get("/", PATIENT)))
                .failsWithin(PATIENT)
                .withThrowableThat()
                .withCauseInstanceOf(NotSentException.class)
                .withMessageContaining(why);
    }

    static ProbeResult passed(String reason) {
        return new ProbeResult(true, reason);
    }

    static ProbeResult failed(String reason) {
        return new ProbeResult(false, reason);
    }

    static TrustManagerFactory trust(TestCertificate... certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (TestCertificate one : certificates) {
            trusted.setCertificateEntry(String.join(",", one.subjectAlternativeNames()), one.certificate());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    /** A name with two addresses, the first of which never answers: what a machine without power looks like. */
    static final class SilentFirst implements ChannelFactory<NioSocketChannel> {
        static final InetAddress SILENT = address(127, 7, 7, 7);
        static final InetAddress LOOPBACK = address(127, 0, 0, 1);
        static final HostNames NAMES = new TestNames(host -> new InetAddress[] {SILENT, LOOPBACK});

        /** The addresses that connections were tried to, in their order. */
        final List<InetAddress> tried = new CopyOnWriteArrayList<>();

        @Override
        public NioSocketChannel newChannel() {
            return new NioSocketChannel() {
                @Override
                protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) throws Exception {
                    InetAddress address = ((InetSocketAddress) remote).getAddress();
                    tried.add(address);
                    return !address.equals(SILENT) && super.doConnect(remote, local); // under way, for ever
                }
            };
        }

        private static InetAddress address(int... octets) {
            byte[] bytes = new byte[octets.length];
            for (int i = 0; i < octets.length; i++) {
                bytes[i] = (byte) octets[i];
            }
            try {
                return InetAddress.getByAddress(bytes);
            } catch (java.net.UnknownHostException e) {
                throw new AssertionError(e); // four octets are an address
            }
        }
    }
}
