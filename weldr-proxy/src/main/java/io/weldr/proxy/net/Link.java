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
import io.netty.util.concurrent.Future;
import io.weldr.proxy.tls.TlsException;
import io.weldr.proxy.tls.TlsSession;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * One socket on one event loop, for whatever {@link Protocol} speaks over it: writing, flow control, one deadline, and
 * the only ways in which a connection is closed. Both connections of an exchange are links. Confined to its event loop.
 *
 * <pre>
 *          +--> FINISHING  what was written leaves, then the socket is closed --+
 *   OPEN --+--> LINGERING  as above; what the peer still sends is thrown away --+--> CLOSED
 *          +--> close(), reset(), the socket fails -----------------------------+
 * </pre>
 *
 * <p>The file is longer than others so that there is no second place that writes to a socket or closes one.
 */
public final class Link extends ChannelInboundHandlerAdapter implements Expiry, HeldBytes.Holder {

    /** How the link stands. */
    private enum State {
        OPEN,
        FINISHING,
        LINGERING,
        CLOSED
    }

    /** Where a byte is read to that nobody wants; all loops may. */
    private static final ByteBuffer ANY_BYTE = ByteBuffer.allocateDirect(1);

    private Protocol protocol;
    private final Deadline deadline;
    private final HeldBytes.Account account;
    private final Backlog backlog;
    private final int progressTicks;
    private State state = State.OPEN;
    private @Nullable ChannelHandlerContext context;
    private @Nullable SslHandler tls; // of a connection to an origin
    private @Nullable Shield shield; // of a client's connection that is secured
    private @Nullable SocketAddress toldRemote;
    private @Nullable SocketAddress toldLocal;
    private boolean unflushed;
    private boolean paused;
    private boolean outputEnded; // by this side
    private boolean inputEnded;
    private boolean endAnnounced;

    /**
     * A link that is not connected yet; the channel's only handler behind TLS.
     *
     * @param held where its backlog is counted
     * @param progressTicks how long the peer may take nothing of what was written for it
     */
    public Link(Protocol protocol, DeadlineWheel wheel, HeldBytes held, int progressTicks) {
        this.protocol = protocol;
        account = held.account(this);
        backlog = new Backlog(account);
        this.progressTicks = progressTicks;
        deadline = new Deadline(wheel, this);
    }

    /**
     * From now on another protocol speaks over it, within the call that has found that out: {@link Protocol#connected}
     * is not called again, and nothing is passed on that the protocol before has taken. Deadlines stay as they are.
     */
    public void handOver(Protocol next) {
        assert state == State.OPEN : state;
        protocol = next;
    }

    private ChannelHandlerContext context() {
        assert context != null;
        return context;
    }

    /** Runs a task of the connection behind what its loop does now. */
    public void later(Runnable task) {
        channel().eventLoop().execute(task);
    }

    private Channel channel() {
        return context().channel();
    }

    public ByteBufAllocator allocator() {
        return context().alloc();
    }

    /** The other end of the connection: what {@link #tell} says, or else the socket. */
    public SocketAddress remoteAddress() {
        SocketAddress told = toldRemote;
        return told == null ? channel().remoteAddress() : told;
    }

    /** This end of the connection: what {@link #tell} says, or else the socket. */
    public SocketAddress localAddress() {
        SocketAddress told = toldLocal;
        return told == null ? channel().localAddress() : told;
    }

    /** A proxy in between has said where the connection really comes from, and where it was meant to go. */
    public void tell(SocketAddress remote, SocketAddress local) {
        toldRemote = remote;
        toldLocal = local;
    }

    // ---- writing

    /** Writes without flushing; takes over the buffer. */
    public void write(ByteBuf part) {
        unflushed = true;
        if (shield != null) {
            shield.write(part, allocator());
            return;
        }
        ByteBuf fitting = backlog.fit(channel(), part);
        if (tls == null) {
            context().write(fitting, context().voidPromise()); // a failure comes through the pipeline
        } else {
            context().write(fitting).addListener(this::written);
        }
    }

    /** TLS tells nobody else that what it made of a part could not be written. */
    private void written(Future<?> write) {
        if (!write.isSuccess() && state == State.OPEN && !(write.cause() instanceof IOException)) {
            protocol.failed(write.cause());
        }
    }

    public void flush() {
        if (unflushed) {
            if (shield != null) {
                shield.encrypt();
            }
            unflushed = false;
            context().flush();
            count();
        }
    }

    // ---- TLS of a client's connection

    /**
     * From now on the connection is secured by that session, which the link frees. {@link Protocol#secured} or {@link
     * Protocol#notSecured} says how that ends, perhaps within this call.
     *
     * @param first what the client has sent of it already; taken over
     */
    public void secure(TlsSession session, ByteBuf first) {
        assert shield == null && tls == null : "once";
        shield = new Shield(session, this::writeRecords);
        read(shield, first);
    }

    /** What TLS has made. */
    private void writeRecords(ByteBuf records) {
        context().write(backlog.fit(channel(), records), context().voidPromise());
        unflushed = true;
    }

    private void read(Shield from, ByteBuf records) {
        TlsSession session = from.session();
        boolean before = session.established();
        ByteBuf plain;
        try {
            plain = session.read(records, from.wire());
        } catch (TlsException e) {
            context().flush(); // the alert
            if (before) {
                protocol.broken();
            } else {
                protocol.notSecured(e);
            }
            return;
        }
        try {
            if (!before && unflushed) {
                flush(); // what the handshake needs
            }
            if (!before && session.established()) {
                protocol.secured();
            }
            if (plain != null && state == State.OPEN) {
                ByteBuf said = plain;
                plain = null;
                protocol.received(said);
            }
        } finally {
            if (plain != null) {
                plain.release();
            }
        }
        if (state != State.CLOSED && session.inputEnded() && !endAnnounced) {
            endAnnounced = true; // close_notify: it is the peer's own end, and nobody has cut anything off
            endOfInput();
        }
    }

    /** Says that this side has ended (close_notify), behind all that was written. */
    private void announceEnd() {
        if (shield != null && channel().isActive() && !outputIsOver()) {
            shield.end();
            unflushed = false;
            context().flush();
        }
    }

    @Override
    public void count() {
        backlog.count(state == State.CLOSED ? 0 : backlogBytes());
    }

    @Override
    public void shed() {
        try {
            protocol.shed();
        } catch (Throwable e) {
            protocol.failed(e);
        }
    }

    /** What the connection holds. */
    public HeldBytes.Account account() {
        return account;
    }

    /** Whether the peer takes what is written fast enough for more to be written. */
    public boolean writable() {
        return channel().isWritable() || (outputEnded && outputIsOver()); // there is nothing more to be taken
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
        return tls == null && shield == null && Pipe.fits(channel());
    }

    /**
     * Moves up to {@code max} bytes that have arrived at another link to the peer of this one, within the kernel. Only
     * if {@link #takesSplice}. Closes the link if its peer is gone.
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

    /**
     * Whether bytes have come, or the end, that were not read yet. They are lost. Where the kernel cannot be asked:
     * false.
     */
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
        if (!paused && state == State.OPEN && (outputEnded || !outputIsOver())) {
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
        return (tls == null && shield == null) || endAnnounced;
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
     * The peer has to take some of the backlog until the deadline: {@link #progressed} tells. The first look, after a
     * quarter of the time, only finds out where it stands, so that a link which is seldom slow asks the kernel for
     * nothing.
     */
    public void awaitProgress() {
        backlog.watch(channel());
        deadline.in(progressTicks / 4 + 1);
    }

    /** Whether the peer has taken some of a backlog since the last look; then it has as much time again. */
    public boolean progressed() {
        boolean moved = backlog.progressed(channel());
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
        announceEnd();
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
     * Ends this side, and reads on for a while: closing with unread bytes would send a reset, which may destroy the
     * last answer (RFC 9112 section 9.6).
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
        announceEnd();
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
        if (state == State.OPEN && shield != null) {
            try {
                announceEnd();
            } catch (Throwable e) {
                account.failed(e); // there is no memory for it: the end comes without a word
            }
        }
        closeSocket();
    }

    private void closeSocket() {
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
        closeSocket();
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
            if (shield == null) {
                protocol.received(in);
            } else {
                read(shield, in);
            }
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
        if (shield != null) {
            shield.free();
        }
        count();
        protocol.closed();
        deadline.cancel();
    }
}
