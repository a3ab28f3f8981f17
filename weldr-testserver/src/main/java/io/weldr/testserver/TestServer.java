package io.weldr.testserver;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An origin that runs: on a port of its own choice for a test, or where {@link Options} says. What it can do is told by the
 * package; what reached it is told by {@link #received()}.
 *
 * <pre>{@code
 * try (TestServer origin = TestServer.start()) {
 *     pool.add(origin.url());
 *     origin.healthy(false);
 *     await().until(() -> origin.received().probes() >= 3);
 * }
 * }</pre>
 *
 * <p>Threads: any. Switches take effect with the next request.
 */
public final class TestServer implements AutoCloseable {
    /**
     * Where and how to run.
     *
     * @param address port 0 takes one that is free
     * @param name goes into {@code X-Origin}; empty means host:port
     * @param threads event loops, 1 or more
     * @param tls makes it an https origin; null means http
     */
    public record Options(
            InetSocketAddress address,
            String name,
            int threads,
            @Nullable SslContext tls) {
        public Options {
            if (threads < 1) {
                throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
            }
        }

        /** Loopback, a free port, two event loops, http. */
        public static Options defaults() {
            return new Options(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "", 2, null);
        }

        public Options address(InetSocketAddress address) {
            return new Options(address, name, threads, tls);
        }

        /** The same address with this port: to come back where another has been. */
        public Options port(int port) {
            return address(new InetSocketAddress(address.getAddress(), port));
        }

        public Options name(String name) {
            return new Options(address, name, threads, tls);
        }

        public Options threads(int threads) {
            return new Options(address, name, threads, tls);
        }

        public Options tls(SslContext context) {
            return new Options(address, name, threads, context);
        }
    }

    /** Connections that wait to be accepted: enough for a burst from a load generator. */
    private static final int BACKLOG_MAX = 4096;

    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Channel listener;
    private final Received received = new Received();
    private final Behaviour behaviour = new Behaviour();
    private final Routes routes = new Routes(behaviour, received);
    private final boolean secure;
    private final String name;

    private TestServer(Options options) {
        secure = options.tls() != null;
        loops = new MultiThreadIoEventLoopGroup(options.threads(), NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG_MAX)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connect(channel, options.tls());
                    }
                })
                .bind(options.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new UncheckedIOException(new IOException(
                    "cannot listen on " + hostPort(options.address()) + ": "
                            + bound.cause().getMessage(),
                    bound.cause()));
        }
        listener = bound.channel();
        name = options.name().isEmpty() ? hostPort(address()) : options.name();
    }

    /** Starts with {@link Options#defaults()}. */
    public static TestServer start() {
        return start(Options.defaults());
    }

    /**
     * Starts; it takes connections when this returns.
     *
     * @throws UncheckedIOException if it cannot listen there; the message names the address and the reason
     */
    public static TestServer start(Options options) {
        return new TestServer(options);
    }

    private void connect(SocketChannel channel, @Nullable SslContext tls) {
        connections.add(channel);
        if (tls != null) {
            channel.pipeline().addLast("tls", tls.newHandler(channel.alloc()));
        }
        HeadRecordingDecoder decoder = new HeadRecordingDecoder();
        ResponseEncoder encoder = new ResponseEncoder();
        channel.pipeline()
                .addLast(encoder)
                .addLast(decoder)
                .addLast(new Connection(name, routes, behaviour, received, decoder, encoder));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    public int port() {
        return address().getPort();
    }

    /** {@code http://127.0.0.1:34567}, without a path. */
    public String url() {
        return (secure ? "https://" : "http://") + hostPort(address());
    }

    /** What {@code X-Origin} says. */
    public String name() {
        return name;
    }

    /** What reached it. */
    public Received received() {
        return received;
    }

    /** Makes {@code /health} answer 200 or 503. */
    public void healthy(boolean healthy) {
        behaviour.healthy(healthy);
    }

    /**
     * Makes {@code /health} answer 200 to requests with such a head and 503 to others: an origin that not everybody
     * reaches.
     */
    public void healthyFor(Predicate<String> heads) {
        behaviour.healthyFor(heads);
    }

    /** What it does with every request from now on. */
    public void mode(Mode mode) {
        behaviour.mode(mode);
    }

    /** Answers this path (without a query) with these octets from now on, in place of its route. */
    public void script(String path, ScriptedAnswer answer) {
        behaviour.script(path, answer);
    }

    /** Closes every connection that is open now and goes on listening. */
    public void closeConnections() {
        connections.close().awaitUninterruptibly();
    }

    /** Returns when the program that runs it has been told to stop. */
    void awaitClosed() throws InterruptedException {
        listener.closeFuture().await();
    }

    /**
     * Stops listening, closes every connection and ends its threads. The port is free when this returns. May be
     * repeated.
     */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        closeConnections();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    static String hostPort(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String host = ip == null ? address.getHostString() : ip.getHostAddress();
        return (ip instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
