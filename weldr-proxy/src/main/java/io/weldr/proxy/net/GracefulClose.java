package io.weldr.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a listening socket so that no client is reset. When a listening socket is closed, the kernel resets the
 * connections in its queue, and the connections whose handshake ends later. So this first binds the socket to a network
 * interface that does not exist: the kernel refuses new connections, while handshakes that have begun still end in the
 * queue. The socket is closed when they have had their time and the queue is empty. While other sockets of the same
 * port are not bound like this, the kernel may still choose this one, and the connection is accepted.
 *
 * <p>Where the socket cannot be bound like this (NIO, Linux before 5.7 without CAP_NET_RAW), it accepts until its queue
 * is empty for a moment, for {@value #HANDSHAKE_MILLIS} ms at most. A connection that comes between that moment and the
 * close is reset. With NIO, the JDK closes the socket when the loop has turned once more.
 *
 * <p>Stands in front of the {@link Acceptor} in the pipeline of the socket. Confined to the loop of the socket.
 */
final class GracefulClose extends ChannelInboundHandlerAdapter {

    /**
     * A handshake that has begun needs one more round trip: the time that it takes over a slow network. A client whose
     * packets are lost meanwhile begins anew after 1 s, and is refused.
     */
    private static final long HANDSHAKE_MILLIS = 500;

    /** Between two looks at what was accepted; the loop reads its sockets in between. */
    private static final long ROUND_MILLIS = 2;

    /**
     * The queue is emptied within milliseconds, unless there are no file descriptors: then the socket is closed anyway.
     */
    private static final long MILLIS_MAX = 5_000;

    /**
     * The network interface that packets have to come by, by its number. Linux does not ask whether the interface
     * exists. SO_BINDTOIFINDEX is 62 on every architecture that Netty has native transports for.
     */
    private static final ChannelOption<Integer> INTERFACE = new IntegerUnixChannelOption("SO_BINDTOIFINDEX", 1, 62);

    /** Linux numbers interfaces from 1 on: no machine comes this far. */
    private static final int NO_INTERFACE = Integer.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(GracefulClose.class);

    private final boolean refusing;
    private long startNanos; // when the loop took notice
    private boolean accepted; // since the last look
    private int batch; // accepted since the loop last began to read the socket

    private GracefulClose(boolean refusing) {
        this.refusing = refusing;
    }

    /**
     * Refuses new connections from now on, and closes the socket soon; its close future tells when. Any thread; returns
     * at once, and does not wait for the loop. Harmless when the socket is closed. Once for each socket: Linux lets a
     * process without privileges bind a socket to an interface once.
     */
    static void begin(Channel socket) {
        if (socket.isOpen()) {
            socket.pipeline().addFirst(new GracefulClose(refuseNewConnections(socket)));
        }
    }

    private static boolean refuseNewConnections(Channel socket) {
        try {
            return socket.config().setOption(INTERFACE, NO_INTERFACE); // false: not an option of this transport
        } catch (ChannelException e) {
            LOG.info(
                    "connections that come while {} is being closed may be reset: the kernel does not let weldr stop"
                            + " them before (Linux 5.7 or later does): {}",
                    socket.localAddress(),
                    e.toString());
            return false;
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        startNanos = System.nanoTime();
        accepted = true;
        lookAgain(ctx, refusing ? HANDSHAKE_MILLIS : ROUND_MILLIS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        accepted = true;
        batch++;
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        boolean queueIsEmpty = batch < batchMax(ctx);
        batch = 0;
        ctx.fireChannelReadComplete();
        if (!refusing && queueIsEmpty) {
            ctx.close(); // at once, before more connections come
        }
    }

    private static int batchMax(ChannelHandlerContext ctx) {
        MaxMessagesRecvByteBufAllocator reads = ctx.channel().config().getRecvByteBufAllocator();
        return reads.maxMessagesPerRead();
    }

    /** A timer and not a task: the loop reads its sockets before it runs the timers that are due. */
    private void lookAgain(ChannelHandlerContext ctx, long millis) {
        ctx.executor().schedule(() -> look(ctx), millis, TimeUnit.MILLISECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        boolean mayHoldMore = accepted || !ctx.channel().config().isAutoRead(); // it pauses without file descriptors
        accepted = false;
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        if (mayHoldMore && millis < (refusing ? MILLIS_MAX : HANDSHAKE_MILLIS)) {
            lookAgain(ctx, ROUND_MILLIS);
        } else {
            ctx.close();
        }
    }
}
