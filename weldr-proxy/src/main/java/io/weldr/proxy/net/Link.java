package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * One socket on one event loop, for whatever {@link Protocol} speaks over it: writing, flow control, one deadline, and the
 * only ways in which a connection is closed. Both connections of an exchange are links. Confined to its event loop.
 *
 * <pre>
 *          +--> FINISHING  what was written leaves, then the socket is closed --+
 *   OPEN --+--> LINGERING  as above; what the peer still sends is thrown away --+--> CLOSED
 *          +--> close(), reset(), the socket fails -----------------------------+
 * </pre>
 */
public final class Link extends ChannelInboundHandlerAdapter implements Expiry {

    /** What speaks over a link. All of it is called on the event loop of the link. */
    public interface Protocol {

        /** The socket is connected. */
        void connected();

        /** Bytes have arrived. The protocol owns the buffer. Called only while the link is open. */
        void received(ByteBuf in);

        /** Nothing more has arrived for now. */
        void receivedAll();

        /** The backlog has passed one of its marks: {@link #writable()} has changed. */
        void writabilityChanged(boolean writable);

        /** The peer sends no more. May be called more than once. */
        void inputEnded();

        /** Nothing can be written any more. What the peer has sent can still be read. */
        void outputFailed();

        /** The network has failed, in both directions. */
        void broken();

        /** Something was thrown that is no fault of the network. */
        void failed(Throwable cause);

        /** The deadline of an open link has passed: {@link #await}. */
        void waitExpired();

        /** The socket is closed. Called once, last. */
        void closed();
    }

    /** How the link stands. */
    private enum State {
        OPEN,
        FINISHING,
        LINGERING,
        CLOSED
    }

    /** Where a byte is read to that nobody wants; all loops may. */
    private static final ByteBuffer ANY_BYTE = ByteBuffer.allocateDirect(1);

    private final Protocol protocol;
    private final Deadline deadline;
    private final HeldBytes all;
    private final int progressTicks;
    private State state = State.OPEN;
    private @Nullable ChannelHandlerContext context;
    private @Nullable SslHandler tls;
    private boolean unflushed;
    private boolean paused;
    private boolean outputEnded; // by this side
    private boolean inputEnded;
    private boolean endAnnounced;

    // What the peer had taken at the last look.
    private long backlogSeen;
    private long acknowledgedSeen;
    private boolean looked;

    // What the backlog holds, and what has been written since that was counted.
    private long held;
    private long heldBacklog;
    private long writtenBytes;
    private long writtenCapacity;

    /**
     * A link that is not connected yet; the channel's only handler behind TLS.
     *
     * @param held where its backlog is counted
     * @param progressTicks how long the peer may take nothing of what was written for it
     */
    public Link(Protocol protocol, DeadlineWheel wheel, HeldBytes held, int progressTicks) {
        this.protocol = protocol;
        this.all = held;
        this.progressTicks = progressTicks;
        deadline = new Deadline(wheel, this);
    }

    private ChannelHandlerContext context() {
        assert context != null;
        return context;
    }

    private Channel channel() {
        return context().channel();
    }

    public ByteBufAllocator allocator() {
        return context().alloc();
    }

    public SocketAddress remoteAddress() {
        return channel().remoteAddress();
    }

    // ---- writing

    /** Writes without flushing; takes over the buffer. */
    public void write(ByteBuf part) {
        ByteBuf fitting = Backlog.fit(channel(), part, held > 0);
        writtenBytes += fitting.readableBytes();
        writtenCapacity += HeldBytes.capacity(fitting);
        context().write(fitting, context().voidPromise());
        unflushed = true;
    }

    public void flush() {
        if (unflushed) {
            unflushed = false;
            context().flush();
            count();
        }
    }

    /**
     * Counts what the backlog holds. Nobody tells how much of each buffer has left: of a backlog that has become shorter,
     * the same share of what it held is taken to be held still.
     */
    public void count() {
        long backlog = state == State.CLOSED ? 0 : backlogBytes();
        long now = 0;
        if (backlog > 0) {
            long before = heldBacklog + writtenBytes;
            long capacity = held + writtenCapacity;
            now = backlog >= before ? capacity : (long) ((double) capacity * backlog / before);
        }
        heldBacklog = backlog;
        writtenBytes = 0;
        writtenCapacity = 0;
        long more = now - held;
        held = now;
        all.add(more);
    }

    /** Bytes that the backlog held when it was counted last. */
    public long held() {
        return held;
    }

    /** Whether the peer takes what is written fast enough for more to be written. */
    public boolean writable() {
        return channel().isWritable();
    }

    /** What was written and has not left, in bytes. */
    public long backlogBytes() {
        return Backlog.bytes(channel());
    }

    /** Whether {@link #spliceFrom} would keep the order of bytes: nothing has been written that has not left. */
    public boolean takesSplice() {
        return splices() && channel().isActive() && backlogBytes() == 0;
    }

    /** Whether the kernel can move bytes from and to this socket without TLS in between. */
    public boolean splices() {
        return tls == null && Pipe.fits(channel());
    }

    /**
     * Moves up to {@code max} bytes that have arrived at another link to the peer of this one, within the kernel. Only if
     * {@link #takesSplice}. Closes the link if its peer is gone.
     *
     * @return how many bytes were moved
     */
    public int spliceFrom(Link from, long max, Pipe pipe) {
        try {
            int moved = pipe.move(from.channel(), channel(), max, allocator());
            ByteBuf rest = pipe.takeRest();
            if (rest != null) {
                write(rest);
                flush();
            }
            return moved;
        } catch (IOException e) {
            context().close();
            return 0;
        }
    }

    // ---- reading

    /** Whether bytes have come, or the end, that were not read yet. They are lost. Where the kernel cannot be asked: false. */
    public boolean hasUnread() {
        if (!(channel() instanceof EpollSocketChannel socket)) {
            return false;
        }
        try {
            return socket.fd().read(ANY_BYTE, 0, 1) != 0;
        } catch (IOException e) {
            return true; // an end, too
        }
    }

    /** Reads no more until {@link #resumeReading}. */
    public void pauseReading() {
        // A link whose output has failed is read to its end: a socket that waits for nothing but to write, and cannot,
        // keeps the loop awake.
        if (!paused && state == State.OPEN && !outputIsOver()) {
            paused = true;
            channel().config().setAutoRead(false);
        }
    }

    public void resumeReading() {
        if (paused && state != State.CLOSED) {
            paused = false;
            channel().config().setAutoRead(true);
        }
    }

    public boolean paused() {
        return paused;
    }

    /** Whether the peer has ended its side. */
    public boolean hasInputEnded() {
        return inputEnded;
    }

    /** Whether an end of input is the peer's own word. Over TLS nobody else can cut a connection short unnoticed. */
    public boolean endIsAuthentic() {
        return tls == null || endAnnounced;
    }

    // ---- the one deadline

    /** {@link Protocol#waitExpired} is called after that many ticks, whatever was awaited before. */
    public void await(int ticks) {
        deadline.in(ticks);
    }

    public void awaitNothing() {
        deadline.off();
    }

    /**
     * The peer has to take some of the backlog until the deadline: {@link #progressed} tells. The first look, after a quarter
     * of the time, only finds out where it stands, so that a link which is seldom slow asks the kernel for nothing.
     */
    public void awaitProgress() {
        looked = false;
        backlogSeen = backlogBytes();
        deadline.in(progressTicks / 4 + 1);
    }

    /**
     * Whether the peer has taken some of a backlog since the last look; then it has as much time again. The kernel may hold
     * megabytes, and take more from us only when a good part of them has left. So what counts is also what the peer has
     * acknowledged.
     */
    public boolean progressed() {
        long backlog = backlogBytes();
        if (backlog == 0) {
            return false;
        }
        long acknowledged = TcpInfo.bytesAcknowledged(channel());
        boolean moved = !looked || backlog != backlogSeen || acknowledged != acknowledgedSeen;
        looked = true;
        backlogSeen = backlog;
        acknowledgedSeen = acknowledged;
        if (moved) {
            deadline.in(progressTicks);
        }
        return moved;
    }

    @Override
    public void expired() {
        try {
            switch (state) {
                case OPEN -> protocol.waitExpired();
                case FINISHING, LINGERING -> {
                    if (!progressed()) {
                        close();
                    }
                }
                case CLOSED -> {}
            }
        } catch (Throwable e) {
            protocol.failed(e);
        }
    }

    // ---- the end

    /** Whether the protocol has not ended the link, and the socket stands. */
    public boolean open() {
        return state == State.OPEN;
    }

    /** Whether, for all that is known on this side, more can be written. */
    public boolean alive() {
        return state == State.OPEN && channel().isActive() && !outputIsOver();
    }

    private boolean outputIsOver() {
        return channel().isOpen() && channel().unsafe().outboundBuffer() == null;
    }

    /** Ends this side when all that was written has left: at once would throw away what the kernel has not taken. */
    public void endOutput() {
        endOutput(0);
    }

    /** @param lingerTicks the deadline from then on, if the link lingers */
    private void endOutput(int lingerTicks) {
        outputEnded = true;
        SslHandler secured = tls;
        if (secured != null) {
            flush(); // behind its close_notify TLS takes nothing more
        }
        unflushed = false;
        (secured != null ? secured.closeOutbound() : context().writeAndFlush(Unpooled.EMPTY_BUFFER))
                .addListener(end -> {
                    if (channel() instanceof DuplexChannel duplex && duplex.isActive()) {
                        duplex.shutdownOutput();
                        if (state == State.LINGERING) {
                            deadline.in(lingerTicks);
                        }
                    }
                });
    }

    /**
     * Ends this side, and reads on for a while: closing with unread bytes would send a reset, which may destroy the last
     * answer (RFC 9112 section 9.6).
     */
    public void linger(int lingerTicks) {
        if (state != State.OPEN) {
            return;
        }
        state = State.LINGERING;
        // A peer that has not taken its last response yet has the time that it takes, and as much behind it as others.
        if (backlogBytes() == 0) {
            deadline.in(lingerTicks);
        } else {
            awaitProgress();
        }
        paused = false;
        channel().config().setAutoRead(true);
        endOutput(lingerTicks);
    }

    /** Closes when what was written has left. */
    public void finish() {
        if (state == State.CLOSED) {
            return;
        }
        if (outputIsOver() || !channel().isActive() || backlogBytes() == 0) {
            close();
            return;
        }
        state = State.FINISHING;
        unflushed = false;
        awaitProgress();
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes now. What has not left is thrown away. */
    public void close() {
        state = State.CLOSED;
        deadline.cancel();
        if (context != null) {
            context.close();
            count();
        }
    }

    /** Closes now, and so that the peer sees a broken connection: a mere end would look like a complete message. */
    public void reset() {
        try {
            channel().config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // The socket is closed already: the peer has seen how.
        }
        close();
    }

    // ---- what the socket tells

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        tls = ctx.pipeline().get(SslHandler.class);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        protocol.connected();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (state == State.OPEN) {
            protocol.received(in);
        } else {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (state == State.OPEN) {
            protocol.receivedAll();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        count();
        if (state == State.OPEN) {
            protocol.writabilityChanged(ctx.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            endOfInput();
        } else if (event instanceof SslCloseCompletionEvent closing && closing.isSuccess()) {
            endAnnounced = true; // close_notify: it is the peer's own end, and nobody has cut anything off
            endOfInput();
        } else if (event instanceof ChannelOutputShutdownEvent && !outputEnded && state == State.OPEN) {
            protocol.outputFailed(); // over TLS nothing else tells
        }
    }

    private void endOfInput() {
        inputEnded = true;
        switch (state) {
            case OPEN -> protocol.inputEnded();
            case LINGERING, FINISHING -> finish();
            case CLOSED -> {}
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof NotYetConnectedException) {
            return; // told by an event of the socket that had this descriptor before: nothing has come here yet
        }
        boolean network = cause instanceof IOException || cause.getCause() instanceof IOException; // TLS wraps
        if (!network) {
            protocol.failed(cause);
        } else if (state != State.OPEN) {
            close();
        } else if (outputIsOver()) {
            protocol.outputFailed();
        } else {
            protocol.broken();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        inputEnded = true;
        count();
        protocol.closed();
        deadline.cancel();
    }
}
