package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.net.Backlog;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Pipe;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: reads requests, starts an {@link Exchange} for each, one after another and in order, and
 * carries what they answer. The only handler in its pipeline. While it is idle it holds no buffer. Confined to the loop
 * of its worker.
 */
public final class H1Server extends ChannelInboundHandlerAdapter implements Expiry {
    private final Worker worker;
    private final Deadline deadline;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Peer peer;
    private final Exchange own;
    private @Nullable Exchange exchange; // own, while it is under way
    /** Bytes that have come before they can be used: part of a head, or requests behind the current one. */
    private @Nullable ByteBuf pending;

    private boolean headStarted;
    private int exchanges;
    private int minorVersion = 1;
    private boolean paused;
    private boolean processing;
    private boolean unflushed;
    private boolean inputEnded;
    private boolean closing;
    private boolean closed;
    private long backlogSeen;

    // The worker's list of its clients.
    @Nullable H1Server previous;

    @Nullable H1Server next;

    boolean listed;

    public H1Server(Worker worker) {
        this.worker = worker;
        own = new Exchange(worker, this);
        deadline = new Deadline(worker.wheel, this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        worker.add(this);
        deadline.in(idleTicks());
    }

    // ---- what the client sends

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (closing) {
            in.release(); // read only so that the client can read our answer: RFC 9112 section 9.6
            return;
        }
        if (exchange == null && !writable()) {
            stash(in);
            return;
        }
        if (exchange == null) {
            boolean worthScanning = HeadBytes.worthScanning(pending, in, worker.limits.headBytesMax());
            in = HeadBytes.join(takePending(), in);
            if (!worthScanning) {
                pending = in;
                return;
            }
        } else if (pending != null || !exchange.wantsBytes()) {
            stash(in);
            return;
        }
        process(in);
    }

    /**
     * Works through the bytes at hand: requests one after another, until one has to wait, or the client has to read what it
     * was answered. Owns the buffer.
     */
    private void process(ByteBuf in) {
        assert !processing;
        processing = true;
        try {
            work(in);
        } catch (Throwable e) {
            in.release();
            throw e;
        } finally {
            processing = false;
        }
        if (in.isReadable() && !closing && !closed) {
            keep(in);
        } else {
            in.release();
        }
        if (exchange == null && !closing && !closed) {
            if (writable()) {
                resumeReading();
            } else {
                awaitReader();
            }
        }
        noticeEnd();
    }

    private void work(ByteBuf in) {
        while (in.isReadable() && !closing && !closed) {
            Exchange current = exchange;
            if (current == null) {
                if (!writable() || !readHead(in)) {
                    break;
                }
            } else if (current.wantsBytes()) {
                current.requestBytes(in);
                if (!writable()) {
                    continue; // it is to read first: what it sends does not make up for that
                }
                if (current.awaitsClient()) {
                    deadline.in(worker.clientProgressTicks);
                } else if (current.tunnelling()) {
                    deadline.in(worker.tunnelIdleTicks);
                } else if (exchange == current) {
                    deadline.off();
                }
            } else {
                break;
            }
        }
    }

    private void keep(ByteBuf in) {
        if (exchange == null && writable()) {
            pending = HeadBytes.keep(context().alloc(), in);
        } else {
            stash(in);
        }
    }

    /** Scans the next head and starts its exchange. False if more bytes are needed. */
    private boolean readHead(ByteBuf in) {
        worker.scanned = null;
        Scan scan = HeadBytes.scan(worker.head, in, worker.scratch);
        switch (scan) {
            case INCOMPLETE -> {
                if (HeadBytes.onlyEmptyLine(in)) {
                    in.skipBytes(in.readableBytes());
                } else if (!headStarted && !HeadBytes.mayBeEmptyLine(in)) {
                    headStarted = true;
                    deadline.in(worker.requestHeadTicks);
                }
                return false;
            }
            case REFUSED -> {
                in.skipBytes(in.readableBytes());
                refuse(worker.head.failure());
            }
            case COMPLETE -> {
                headStarted = false;
                deadline.off();
                exchanges++;
                minorVersion = worker.head.minorVersion();
                exchange = own;
                own.begin(worker.head, in);
                if (exchange != null && own.awaitsClient()) {
                    deadline.in(worker.clientProgressTicks);
                }
            }
        }
        return true;
    }

    /** Bytes that have to wait until the exchange can take them or is over. */
    private void stash(ByteBuf in) {
        ByteBuf kept = takePending();
        if (kept != null && !kept.isWritable(in.readableBytes())) {
            kept = widened(kept, in);
        }
        pending = HeadBytes.join(kept, in);
        pauseReading();
    }

    /** Owns {@code kept}, and {@code more} if it fails. */
    private ByteBuf widened(ByteBuf kept, ByteBuf more) {
        try {
            return allocator()
                    .buffer(kept.readableBytes() + more.readableBytes())
                    .writeBytes(kept);
        } catch (Throwable e) {
            more.release();
            throw e;
        } finally {
            kept.release();
        }
    }

    private @Nullable ByteBuf takePending() {
        ByteBuf taken = pending;
        pending = null;
        return taken;
    }

    /** The exchange can take bytes now. */
    void continueReading() {
        if (!processing) {
            processPending();
        }
        if (exchange != null && exchange.wantsBytes() && pending == null) {
            resumeReading();
            if (writable()) {
                deadline.in(exchange.tunnelling() ? worker.tunnelIdleTicks : worker.clientProgressTicks);
            }
        }
    }

    private void processPending() {
        ByteBuf waiting = takePending();
        if (waiting != null) {
            process(waiting);
        }
        if (exchange != null) {
            exchange.requestPause(); // no end of a read of the client's will do it
        }
    }

    /** Between two exchanges: the next one starts when the client has taken enough of what it was answered. */
    private void proceed() {
        if (!writable()) {
            awaitReader();
            return;
        }
        deadline.in(idleTicks());
        if (pending != null) {
            processPending();
        } else {
            resumeReading();
        }
    }

    private void awaitReader() {
        pauseReading();
        backlogSeen = backlogBytes();
        deadline.in(worker.clientProgressTicks);
    }

    private int idleTicks() {
        return worker.draining() ? worker.lastCallTicks : worker.clientIdleTicks;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.requestPause();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (closing) {
                closeWhenFlushed();
            } else {
                noticeEnd();
            }
        }
    }

    /** Acts on the end of what the client sends, once all that came before it has found its place. */
    private void noticeEnd() {
        if (!inputEnded || closing || closed) {
            return;
        }
        if (exchange != null) {
            if (pending == null) {
                exchange.clientEndOfInput();
            }
        } else if (pending == null || writable()) { // what is left then is part of a head, and stays that
            dropPending();
            closeWhenFlushed();
        }
    }

    void pauseReading() {
        if (!paused) {
            paused = true;
            context().channel().config().setAutoRead(false);
            if (writable() && exchange != null && !exchange.tunnelling()) {
                deadline.off(); // it is not the client that is waited for
            }
        }
    }

    void resumeReading() {
        if (paused && (pending == null || exchange == null) && (exchange != null || writable())) {
            paused = false;
            context().channel().config().setAutoRead(true);
            if (exchange != null && exchange.awaitsClient() && writable()) {
                deadline.in(worker.clientProgressTicks);
            }
        }
    }

    // ---- what the exchange sends

    ByteBufAllocator allocator() {
        return context().alloc();
    }

    /** Writes without flushing; takes over the buffer. */
    void write(ByteBuf part) {
        context().write(Backlog.fit(context().channel(), part), context().voidPromise());
        unflushed = true;
    }

    void flush() {
        if (unflushed) {
            unflushed = false;
            context().flush();
        }
    }

    /** Whether {@link #splice} would keep the order of bytes: nothing has been written that has not left. */
    boolean spliceable() {
        Channel channel = context().channel();
        return Pipe.fits(channel) && channel.isActive() && backlogBytes() == 0;
    }

    /** Moves up to {@code max} bytes from another socket to the client's, and says how many. Closes when the client is gone. */
    int splice(Channel from, long max) {
        Channel to = context().channel();
        try {
            int moved = worker.pipe.move(from, to, max, allocator());
            ByteBuf rest = worker.pipe.takeRest();
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

    boolean writable() {
        return context().channel().isWritable();
    }

    /** Whether the client of the current exchange speaks HTTP/1.1: chunks, interim responses, implied persistence. */
    boolean knowsChunks() {
        return minorVersion == 1;
    }

    /** Whether, for all that the connection knows, it may serve another request. */
    boolean mayKeep() {
        int max = worker.limits.exchangesPerConnectionMax();
        boolean mayFollow = !inputEnded || pending != null || processing;
        return !worker.draining() && mayFollow && (max == 0 || exchanges < max);
    }

    Peer peer() {
        Peer known = peer;
        if (known == null) {
            var remote = context().channel().remoteAddress();
            boolean trusted = remote instanceof InetSocketAddress inet
                    && worker.settings.trusted().test(inet);
            known = Peer.of(remote, trusted);
            peer = known;
        }
        return known;
    }

    void touchTunnel() {
        if (writable()) {
            deadline.in(worker.tunnelIdleTicks);
        }
    }

    /** Ends our side when all that was written has left: ending it at once would throw away what the kernel has not taken. */
    void endOutput() {
        unflushed = false;
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (context().channel() instanceof DuplexChannel duplex && duplex.isActive()) {
                duplex.shutdownOutput();
                if (closing) {
                    deadline.in(worker.lingerTicks);
                }
            }
        });
    }

    /** Sends the answer that is in the worker's writer. */
    void answer() {
        ByteBuf out = allocator().directBuffer(worker.writer.length());
        worker.writer.writeTo(out);
        write(out);
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (!writable) {
            backlogSeen = backlogBytes();
            deadline.in(worker.clientProgressTicks);
        } else if (exchange != null && exchange.tunnelling()) {
            deadline.in(worker.tunnelIdleTicks);
        } else if (exchange != null && exchange.awaitsClient()) {
            deadline.in(worker.clientProgressTicks);
        } else if (exchange != null) {
            deadline.off();
        }
        if (exchange != null) {
            exchange.clientWritability(writable);
        } else if (writable && !processing && !closing && !closed) {
            proceed();
        }
    }

    // ---- between exchanges, and the end

    /**
     * The exchange is over and everything it has to say has been written.
     *
     * @param keep whether another request may follow
     * @param lingering whether the client may still be sending: then closing at once could cost it the answer
     */
    void exchangeDone(boolean keep, boolean lingering) {
        flush(); // before the exchange is forgotten: becoming writable within this must not start the next one
        exchange = null;
        if (!keep || closed) {
            boolean unread = lingering || pending != null;
            dropPending();
            if (unread && !inputEnded) {
                linger();
            } else {
                closeWhenFlushed();
            }
            return;
        }
        if (processing) {
            deadline.in(idleTicks());
        } else {
            proceed();
        }
    }

    /** Answers the head just scanned, which is no request, and closes: where the next one would start is anybody's guess. */
    private void refuse(Failure failure) {
        worker.stats.failed.increment();
        worker.stats.requestsRefused.increment();
        RequestId id = new RequestId();
        RequestHead head = worker.head; // as much as came of it
        id.set(head, worker.idPrefix(), worker.nextId());
        boolean bodiless = head.method() == Method.HEAD;
        worker.answers.write(failure, worker.writer, Persistence.CLOSE, head.acceptsJson(), bodiless, id);
        if (worker.accessLog != null) {
            worker.accessLog.addRefusal(
                    peer().address(), id.toBytes(), failure.status(), worker.writer.length(), failure.name());
        }
        answer();
        linger();
    }

    /** Ends our side, and reads on for a while, so that what the client still sends does not destroy our answer. */
    private void linger() {
        if (closing || closed) {
            return;
        }
        closing = true;
        // One that has not taken its last response yet has the time that it takes, and as much behind it as the others.
        deadline.in(backlogBytes() == 0 ? worker.lingerTicks : worker.clientProgressTicks);
        paused = false;
        context().channel().config().setAutoRead(true);
        endOutput();
    }

    private void closeWhenFlushed() {
        closing = true;
        if (backlogBytes() == 0) {
            context().close();
        } else {
            deadline.in(worker.clientProgressTicks);
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes soon if nothing comes; what comes is answered, and the answer announces the end. */
    void lastCall() {
        // One that has not taken its response yet has the time that it takes.
        if (exchange == null && pending == null && !closing && backlogBytes() == 0) {
            deadline.in(worker.lastCallTicks);
        }
    }

    /** The time of the node is over: what is under way ends here, and is counted. */
    void cutOff() {
        Exchange current = exchange;
        if (current != null) {
            current.fail(Failure.CUT_OFF); // has no answer, and so cuts the connection
        } else {
            cut(false);
        }
    }

    /**
     * Closes at once, in the middle of whatever it was.
     *
     * @param visibly whether the client must see a broken connection, because a mere end would look like a complete response
     */
    void cut(boolean visibly) {
        exchange = null;
        closing = true;
        dropPending();
        if (visibly) {
            context().channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        context().close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        closing = true;
        deadline.cancel();
        dropPending();
        worker.remove(this);
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) { // a reset or a failed write is the network's; anything else is ours
            ctx.close();
        } else {
            failed(cause);
        }
    }

    /**
     * Something was thrown that nobody expected, an allocation that failed for the most part: this connection ends, and
     * no other.
     */
    void failed(Throwable cause) {
        Faults.report("a client connection", cause);
        Exchange current = exchange;
        exchange = null;
        closing = true;
        try {
            if (current != null && current.abandon()) {
                context().channel().config().setOption(ChannelOption.SO_LINGER, 0);
            }
            dropPending();
        } finally {
            context().close();
        }
    }

    @Override
    public void expired() {
        try {
            waitIsOver();
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void waitIsOver() {
        long backlog = backlogBytes();
        if (backlog > 0 && backlog != backlogSeen) {
            backlogSeen = backlog; // slow, but it takes what we send
            deadline.in(worker.clientProgressTicks);
            return;
        }
        Exchange current = exchange;
        boolean nothingBegun = pending == null || HeadBytes.mayBeEmptyLine(pending);
        if (closing || (current == null && (nothingBegun || !writable()))) {
            context().close();
        } else if (current == null) {
            if (pending != null) {
                worker.scanned = null;
                HeadBytes.scan(
                        worker.head, pending, worker.scratch); // for the answer; others have used the scratch space
            }
            refuse(Failure.HEAD_TIMEOUT);
        } else if (!writable()) {
            current.fail(Failure.CLIENT_STALLED);
        } else if (current.tunnelling()) {
            current.fail(Failure.CUT_OFF);
        } else if (current.awaitsClient() && !paused) {
            current.fail(Failure.BODY_TIMEOUT);
        }
    }

    private long backlogBytes() {
        return Backlog.bytes(context().channel());
    }

    private void dropPending() {
        ByteBuf dropped = takePending();
        if (dropped != null) {
            dropped.release();
        }
    }

    private ChannelHandlerContext context() {
        assert context != null;
        return context;
    }
}
