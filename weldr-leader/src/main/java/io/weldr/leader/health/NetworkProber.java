package io.weldr.leader.health;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.port.HostNames;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends probes over the network. Each probe opens a connection of its own and closes it. A fresh connection is what a
 * client that comes now would get; an idle one can outlive a listener that is long gone. {@link Attempt} makes the
 * connection, and the {@link Question} of the policy's type uses it.
 *
 * <p>What this node lacks (descriptors, ports, TLS, a loop that runs) is no result: an origin must not go down for it.
 *
 * <p>Threads: any; the work is done on the loops that it was given, and never blocks them.
 */
final class NetworkProber implements Prober {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkProber.class);

    /** A node without descriptors fails to send all of its probes, a thousand a second perhaps. */
    private static final Duration COMPLAIN_EVERY = Duration.ofMinutes(1);

    /**
     * For how long an address that could not be connected to is tried last. A probe needs one address only, so it can
     * do without those that were dead for long; trying one costs it a part of its time.
     */
    private static final Duration DEAD_TIME = Duration.ofMinutes(10);

    private final EventLoopGroup loops;
    final ChannelFactory<? extends SocketChannel> sockets;
    final HostNames names;
    final ProbeTls tls;
    final DeadAddresses<InetSocketAddress> dead = new DeadAddresses<>(DEAD_TIME);
    private final Question http;
    private final Question tcp = new TcpQuestion();
    private final Question grpc;
    private final AtomicLong complainedNanos = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY.toNanos());

    NetworkProber(EventLoopGroup loops, HostNames names, ProbeTls tls, String version) {
        this(loops, NioSocketChannel::new, names, tls, version);
    }

    NetworkProber(
            EventLoopGroup loops,
            ChannelFactory<? extends SocketChannel> sockets,
            HostNames names,
            ProbeTls tls,
            String version) {
        this.loops = loops;
        this.sockets = sockets;
        this.names = names;
        this.tls = tls;
        String userAgent = "weldr-health/" + version;
        this.http = new HttpQuestion(userAgent);
        this.grpc = new GrpcQuestion(userAgent);
    }

    @Override
    public CompletionStage<ProbeResult> probe(OriginUrl url, ProbeAccess access, HealthPolicy policy) {
        Attempt attempt = new Attempt(this, question(policy.type()), url, access, policy, loops.next());
        try {
            attempt.loop.execute(attempt::start);
        } catch (RejectedExecutionException e) {
            attempt.result.completeExceptionally(ProbeFailures.stopping());
        }
        return attempt.result;
    }

    private Question question(HealthPolicy.Type type) {
        return switch (type) {
            case HTTP -> http;
            case TCP -> tcp;
            case GRPC -> grpc;
        };
    }

    /** Warns that a probe could not be sent, now and then. Any thread. */
    void complain(OriginUrl url, String why) {
        long last = complainedNanos.get();
        long now = System.nanoTime();
        if (now - last >= COMPLAIN_EVERY.toNanos() && complainedNanos.compareAndSet(last, now)) {
            LOG.warn("A probe of {} could not be sent and does not count: {}", url, why);
        }
    }
}
