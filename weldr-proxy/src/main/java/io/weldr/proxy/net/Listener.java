package io.weldr.proxy.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.UnixChannelOption;
import io.weldr.core.pool.HostPort;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one address. Where the kernel can share a port, every reception has a listening socket of its own and the
 * kernel spreads the connections; elsewhere one socket accepts for all. Thread safe.
 */
public final class Listener {

    /** Connections that the kernel completes while a loop is busy. Above the usual somaxconn of 4096 it is cut. */
    private static final int BACKLOG = 4096;

    private static final long CUT_SECONDS_MAX = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final List<Channel> sockets;
    private boolean closing; // guarded by this

    private Listener(List<Channel> sockets) {
        this.sockets = List.copyOf(sockets);
    }

    /**
     * Binds {@code address} (port 0: any free one) for all receptions, or leaves nothing open.
     *
     * @param group the loops of the receptions, for a transport that cannot share a port
     * @throws IOException names the address and says why
     */
    public static Listener bind(
            InetSocketAddress address,
            List<? extends Reception> receptions,
            EventLoopGroup group,
            Transport transport,
            ProxyLimits limits,
            ConnectionLimit connections,
            ByteBufAllocator allocator)
            throws IOException {
        boolean shared = transport.reusesPort() && receptions.size() > 1;
        if (shared && address.getPort() != 0) {
            refuseIfTaken(address);
        }
        List<Channel> bound = new ArrayList<>();
        InetSocketAddress next = address;
        for (int i = 0; i < (shared ? receptions.size() : 1); i++) {
            EventLoopGroup loop = transport.reusesPort() ? receptions.get(i).loop() : group;
            ChannelFuture binding = new Bootstrap()
                    .group(loop)
                    .channelFactory(transport::newServerSocket)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(UnixChannelOption.SO_REUSEPORT, shared ? Boolean.TRUE : null)
                    .option(Transport.KEEP_ALIVE, transport.handsOnKeepAlive() ? 1 : null)
                    .handler(new Acceptor(receptions, transport, limits, connections, allocator))
                    .bind(next)
                    .awaitUninterruptibly();
            if (!binding.isSuccess()) {
                close(bound);
                throw cannotListen(next, binding.cause());
            }
            bound.add(binding.channel());
            next = (InetSocketAddress) binding.channel().localAddress();
        }
        return new Listener(bound);
    }

    /** With SO_REUSEPORT a second process of the same user could bind the same port unnoticed: look first. */
    private static void refuseIfTaken(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            throw cannotListen(address, e);
        }
    }

    private static IOException cannotListen(InetSocketAddress address, Throwable why) {
        return new IOException(
                "proxy: cannot listen on " + HostPort.text(address.getHostString(), address.getPort()) + ": "
                        + why.getMessage(),
                why);
    }

    /** The address that is bound, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) sockets.get(0).localAddress();
    }

    /**
     * Refuses new connections from now on, and closes the sockets when every connection that has begun is accepted,
     * half a second later. No client is reset; {@link GracefulClose} says where this cannot be promised. Accepted
     * connections are not touched. Returns at once; any thread.
     *
     * @return done when the sockets are closed: 5 s later at most, if the loops run
     */
    public synchronized CompletableFuture<Void> close() {
        if (!closing) {
            closing = true;
            sockets.forEach(GracefulClose::begin);
        }
        return CompletableFuture.allOf(sockets.stream().map(Listener::end).toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<Void> end(Channel socket) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        socket.closeFuture().addListener(closed -> end.complete(null));
        return end;
    }

    /**
     * Closes the sockets of all listeners at once. A client whose connection is not accepted yet is reset. Accepted
     * connections are not touched. Blocks until the sockets are closed, for {@value #CUT_SECONDS_MAX} s at most: only
     * its own loop closes a socket, and a loop may hang. Not on a loop.
     */
    public static void cut(List<Listener> listeners) {
        close(listeners.stream().flatMap(listener -> listener.sockets.stream()).toList());
    }

    /** Every socket begins to close before any is waited for, so that one loop that hangs delays no other socket. */
    private static void close(List<Channel> sockets) {
        List<ChannelFuture> closing = sockets.stream().map(Channel::close).toList();
        long startNanos = System.nanoTime();
        for (ChannelFuture each : closing) {
            long leftNanos = TimeUnit.SECONDS.toNanos(CUT_SECONDS_MAX) - (System.nanoTime() - startNanos);
            if (!each.awaitUninterruptibly(Math.max(0, leftNanos), TimeUnit.NANOSECONDS)) {
                LOG.warn(
                        "{} is not closed after {} s: its event loop does not run",
                        each.channel().localAddress(),
                        CUT_SECONDS_MAX);
            }
        }
    }
}
