package io.weldr.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one address: {@link Binder} makes it. Where every loop can have a socket of its own, the kernel spreads
 * the connections; elsewhere one socket accepts for all. Thread safe.
 */
public final class Listener {

    private static final long CUT_SECONDS_MAX = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final List<Channel> sockets;
    private final InetSocketAddress address;
    private boolean closing; // guarded by this

    Listener(List<Channel> sockets) {
        this.sockets = List.copyOf(sockets);
        address = (InetSocketAddress) sockets.get(0).localAddress();
    }

    /** The address that is bound, with the real port. */
    public InetSocketAddress address() {
        return address;
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
        return closed();
    }

    /** Done when the sockets are closed, whoever closes them. */
    CompletableFuture<Void> closed() {
        return CompletableFuture.allOf(sockets.stream().map(Listener::end).toArray(CompletableFuture<?>[]::new));
    }

    /** Whether every socket is closed. */
    public boolean isClosed() {
        return sockets.stream().noneMatch(Channel::isOpen);
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
    static void close(List<Channel> sockets) {
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
