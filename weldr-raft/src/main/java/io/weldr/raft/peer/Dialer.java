package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;

/**
 * Connections to the Raft ports of other members, one for each address, made when they are needed. Thread safe; never
 * blocks.
 */
final class Dialer implements AutoCloseable {
    private static final int CHANNELS_MAX = 64;

    private final PeerSecurity security;
    private final UnaryOperator<NettyChannelBuilder> settings;
    private final Map<Line, ManagedChannel> channels = new ConcurrentHashMap<>(); // CHANNELS_MAX
    private final AtomicLong generation = new AtomicLong();
    private volatile boolean closed;

    private record Line(HostPort to, boolean plain) {}

    Dialer(PeerSecurity security, UnaryOperator<NettyChannelBuilder> settings) {
        this.security = security;
        this.settings = settings;
        generation.set(security.generation());
    }

    /**
     * The connection to that address; it is tried at once if the last attempt failed.
     *
     * @throws IllegalStateException this is closed
     * @throws IllegalArgumentException gRPC refuses the host, which an older version may have announced
     */
    ManagedChannel channel(HostPort to, boolean plain) {
        if (closed) {
            throw new IllegalStateException("the link to the peers is closed");
        }
        long now = security.generation();
        if (generation.getAndSet(now) != now) {
            renew();
        }
        Line line = new Line(to, plain);
        if (channels.size() >= CHANNELS_MAX && !channels.containsKey(line)) {
            renew(); // Nobody has so many members: somebody asks for addresses that are none.
        }
        ManagedChannel channel = channels.computeIfAbsent(line, this::open);
        channel.resetConnectBackoff(); // else an address that was silent once is not tried for up to two minutes
        return channel;
    }

    private ManagedChannel open(Line line) {
        NettyChannelBuilder builder = settings.apply(
                NettyChannelBuilder.forAddress(line.to().host(), line.to().port())
                        .proxyDetector(target -> null)
                        .disableRetry());
        if (line.plain()) {
            builder.usePlaintext();
        } else {
            builder.useTransportSecurity().sslContext(security.client());
        }
        return builder.build();
    }

    /** Makes a new connection when it is needed next. What is under way on this one may finish. */
    void drop(HostPort to, boolean plain, ManagedChannel channel) {
        if (channels.remove(new Line(to, plain), channel)) {
            channel.shutdown();
        }
    }

    /** Makes all connections anew. What is under way may finish. */
    void renew() {
        channels.forEach((line, channel) -> drop(line.to(), line.plain(), channel));
    }

    @Override
    public void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}
