package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.Body;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.net.Backlog;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.net.ReadBuffers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an origin: one request after another, never two at a time. Reads the response as bytes, checks it, and
 * passes it to the {@link ResponseSink} of the exchange that holds the connection. Confined to its event loop.
 */
public final class H1Origin extends ChannelInboundHandlerAdapter implements Expiry {
    /** Where the response to the current request stands. */
    private enum Phase {
        /** Not connected yet, or TLS does not stand. */
        OPENING,
        /** Held by nobody. Whatever arrives now belongs to no request. */
        IDLE,
        /** Held by an exchange; the head of the response has not come. */
        HEAD,
        BODY,
        /** The response is complete; the exchange may still be sending the rest of the request. */
        ANSWERED,
        /** After 101: bytes of another protocol, both ways. */
        TUNNEL,
        CLOSED
    }

    /** RFC 9110 section 15.2 sets no number; an origin that sends more has lost its way. */
    private static final int INTERIM_RESPONSES_MAX = 16;

    /** From here on a body is moved within the kernel, where possible; below, two more system calls cost more than a copy. */
    private static final int SPLICE_BYTES_MIN = 64 * 1024;
    /** Pipes full in a row for one connection before others get their turn. */
    private static final int SPLICES_IN_A_ROW = 8;

    private final Endpoint connections;
    private final UpstreamLoop shared;
    private final Deadline deadline;
    private final Body body;
    private final ReuseTerms terms;
    private final ReadBuffers buffers;
    private Phase phase = Phase.OPENING;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ResponseSink sink;
    private @Nullable ByteBuf partialHead;
    private @Nullable SslHandler tls;

    private boolean counted;
    private boolean spliceable;
    /** Whether an end of input is one that the origin meant: without TLS it always is. */
    private boolean endAnnounced;

    private boolean splicing;
    private boolean used;
    private boolean persistent;
    private boolean answersHead;
    private byte @Nullable [] upgradeAsked; // null: 101 is no answer
    private boolean contentOnly;
    private boolean requestSent;
    private boolean reset;
    private boolean outputFailed;
    private boolean outputEnded; // by us
    private boolean inputEnded;
    private boolean unflushed;
    private boolean paused;
    private int interims;
    private long backlogSeen;

    // The list of all that lead to the same origin.
    @Nullable H1Origin previous;

    @Nullable H1Origin next;

    H1Origin(Endpoint connections, ReadBuffers buffers) {
        this.connections = connections;
        this.buffers = buffers;
        shared = connections.shared;
        deadline = new Deadline(shared.wheel, this);
        body = new Body(shared.limits);
        terms = new ReuseTerms(shared.idleTicks);
    }

    // ---- life of the connection

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        assert context != null;
        return context;
    }

    private Channel channel() {
        return context().channel();
    }

    void opened() {
        counted = true;
        connections.add(this);
        tls = channel().pipeline().get(SslHandler.class);
        endAnnounced = tls == null;
        spliceable = tls == null && Pipe.fits(channel());
        phase = Phase.ANSWERED;
        if (!channel().isActive()) {
            close();
        }
    }

    void becomeIdle() {
        assert sink == null && phase != Phase.IDLE : phase;
        phase = Phase.IDLE;
        used = true; // also one that was made for a request which did not wait for it
        deadline.in(terms.idleTicks());
    }

    void leaveIdle() {
        assert phase == Phase.IDLE : phase;
        phase = Phase.ANSWERED;
        deadline.off();
    }

    /** The origin this leads to. */
    public Endpoint connections() {
        return connections;
    }

    /** Whether it served another request, or was idle, before this one: then it may have died meanwhile. */
    public boolean reused() {
        return used;
    }

    // ---- the exchange's side

    /**
     * A request starts.
     *
     * @param answersHead whether it is HEAD, so that the response has no body
     * @param upgradeAsked the protocols that 101 may switch to; null when it may not be the answer
     */
    public void begin(ResponseSink responseSink, boolean answersHead, byte @Nullable [] upgradeAsked) {
        assert shared.inLoop() && sink == null && phase == Phase.ANSWERED : phase;
        sink = responseSink;
        this.answersHead = answersHead;
        this.upgradeAsked = upgradeAsked;
        contentOnly = false;
        requestSent = false;
        interims = 0;
        persistent = false;
        phase = Phase.HEAD;
        body.start(Framing.NONE, 0);
        if (!writable()) {
            watchBacklog(); // of the exchange before: no event will tell of it
        }
    }

    /** From the response head on: deliver a chunked body without its framing, for a client that knows no chunks. */
    public void deliverContentOnly() {
        contentOnly = true;
    }

    /** Writes without flushing; takes over the buffer. */
    public void write(ByteBuf part) {
        context().write(Backlog.fit(channel(), part), context().voidPromise());
        unflushed = true;
    }

    public void flush() {
        if (unflushed) {
            unflushed = false;
            context().flush();
        }
    }

    public boolean writable() {
        return channel().isWritable();
    }

    /** The whole request has been written: from now on the origin is waited for. */
    public void requestSent() {
        requestSent = true;
        if (phase == Phase.HEAD) {
            deadline.in(shared.responseHeadTicks);
        }
    }

    /** The client takes no more for now. */
    public void pauseReading() {
        // One that failed is read to its end: a socket that waits for nothing but to write, and cannot, keeps the loop
        // awake.
        if (!paused && !outputFailed && phase != Phase.CLOSED) {
            paused = true;
            if (phase == Phase.BODY) {
                deadline.off(); // it is not the origin that is waited for
            }
            channel().config().setAutoRead(false);
        }
    }

    public void resumeReading() {
        if (paused && phase != Phase.CLOSED) {
            paused = false;
            if (phase == Phase.BODY) {
                deadline.in(shared.progressTicks);
            }
            channel().config().setAutoRead(true);
        }
    }

    /** The end of a chunked body that was held back and filtered, or null; in {@link ResponseSink#responseEnd}. */
    public byte @Nullable [] trailers(boolean wanted) {
        return body.trailers(wanted);
    }

    /** Ends our side of a tunnel when all that was written has left: at once would throw away what the kernel has not taken. */
    public void endOutput() {
        outputEnded = true;
        flush();
        SslHandler secured = tls;
        (secured != null ? secured.closeOutbound() : context().writeAndFlush(Unpooled.EMPTY_BUFFER))
                .addListener(written -> {
                    if (channel() instanceof DuplexChannel duplex && duplex.isActive()) {
                        duplex.shutdownOutput();
                    }
                });
    }

    /** The exchange is done with it: complete request, complete response. It serves another one if it can. */
    public void release() {
        assert shared.inLoop();
        sink = null;
        used = true;
        flush(); // the end of a request may have come behind its response
        if (phase == Phase.ANSWERED && requestSent && persistent && terms.allowAnother() && alive()) {
            resumeReading(); // a slow client may have held it back to the last byte
            deadline.off();
            connections.giveBack(this);
        } else {
            closeWhenFlushed();
        }
    }

    /** Whether, for all that is known on this side, it could carry another request. */
    boolean alive() {
        return !outputFailed
                && phase != Phase.CLOSED
                && channel().isActive()
                && channel().unsafe().outboundBuffer() != null;
    }

    /** Closes when what was written has left: the last bytes of a tunnel are as good as the first. */
    private void closeWhenFlushed() {
        if (!alive() || Backlog.bytes(channel()) == 0) {
            close();
        } else {
            deadline.in(shared.progressTicks);
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The exchange has failed: nothing of it may be left on a connection that lives on. */
    public void abort() {
        sink = null;
        abandon();
    }

    /** Whatever comes until the socket is closed reaches nobody. */
    private void abandon() {
        if (phase != Phase.IDLE) {
            phase = Phase.CLOSED;
        }
        deadline.cancel();
        dropPartialHead();
        close();
    }

    /** The origin's time is over: what is under way ends, with an answer where none has begun. */
    void cutOff() {
        if (sink != null && phase == Phase.ANSWERED) {
            endOfInput(); // the response is whole: only the rest of the request is given up
        } else if (sink != null) {
            fail(phase == Phase.TUNNEL ? Failure.CUT_OFF : Failure.EXCHANGE_TIMEOUT);
        } else {
            close();
        }
    }

    void close() {
        if (phase == Phase.IDLE) {
            phase = Phase.CLOSED;
            connections.forget(this); // now: until the socket is closed another request might be given it
        }
        if (context != null) {
            context.close();
        }
    }

    // ---- the origin's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        switch (phase) {
            case HEAD -> readHead(in);
            case BODY -> readBody(in);
            case TUNNEL -> sink().responseBody(in);
            case OPENING, IDLE, ANSWERED, CLOSED -> {
                // Bytes behind a response belong to no request: whoever sent them, they reach nobody.
                in.release();
                persistent = false;
                if (phase != Phase.ANSWERED) {
                    close();
                }
            }
        }
    }

    private void readHead(ByteBuf arrived) {
        boolean worthScanning = HeadBytes.worthScanning(partialHead, arrived, shared.limits.headBytesMax());
        ByteBuf kept = partialHead;
        partialHead = null;
        ByteBuf in = HeadBytes.join(kept, arrived);
        try {
            readHeads(in, worthScanning);
        } finally {
            in.release();
        }
    }

    /** Retains what it passes on or keeps. */
    private void readHeads(ByteBuf in, boolean worthScanning) {
        while (phase == Phase.HEAD && in.isReadable()) {
            ResponseHead head = shared.head;
            Scan scan = worthScanning ? HeadBytes.scan(head, in, shared.scratch) : Scan.INCOMPLETE;
            if (scan == Scan.INCOMPLETE) {
                partialHead = HeadBytes.keep(context().alloc(), in.retain());
                return;
            }
            if (scan == Scan.REFUSED) {
                fail(head.failure());
                return;
            }
            in.skipBytes(head.length());
            if (!head.interim()) {
                startResponse(head, in);
                return;
            }
            if (++interims > INTERIM_RESPONSES_MAX) {
                fail(Failure.BAD_RESPONSE);
                return;
            }
            sink().interimHead(head);
        }
    }

    private void startResponse(ResponseHead head, ByteBuf in) {
        if (head.status() == 101) {
            startTunnel(head, in);
            return;
        }
        Framing framing = head.framing(answersHead);
        persistent = head.persistent() && framing != Framing.UNTIL_CLOSE;
        terms.answered(head);
        body.start(framing, head);
        phase = Phase.BODY;
        deadline.off();
        splicing = spliceable
                && framing == Framing.LENGTH
                && head.contentLength() - in.readableBytes() >= SPLICE_BYTES_MIN;
        buffers.sip(splicing);
        sink().responseHead(head, framing, in.readableBytes());
        readBody(in.retain());
    }

    private void startTunnel(ResponseHead head, ByteBuf in) {
        if (upgradeAsked == null || !head.switchesTo(upgradeAsked)) {
            fail(Failure.UNASKED_UPGRADE);
            return;
        }
        phase = Phase.TUNNEL;
        deadline.off();
        sink().responseHead(head, Framing.UNTIL_CLOSE, in.readableBytes());
        if (in.isReadable() && phase == Phase.TUNNEL) {
            sink().responseBody(in.retain());
        }
    }

    /** Owns the buffer. */
    private void readBody(ByteBuf in) {
        if (phase != Phase.BODY) {
            in.release(); // the exchange has given up within a callback
            return;
        }
        int rest = contentOnly && body.framing() == Framing.CHUNKED ? readContent(in) : readFramed(in);
        if (rest < 0) {
            fail(Failure.BAD_RESPONSE_CHUNK);
            return;
        }
        if (phase == Phase.BODY && body.complete()) {
            endResponse(rest == 0);
        } else if (phase == Phase.BODY && !paused) {
            deadline.in(shared.progressTicks);
        }
    }

    /**
     * Passes the body on as it came. Owns the buffer. Returns how many bytes are behind the response; -1: malformed.
     */
    private int readFramed(ByteBuf in) {
        boolean whole = false;
        try {
            int part = body.take(in, null);
            if (body.failure() != null) {
                return -1;
            }
            int rest = in.readableBytes() - part - body.swallowed();
            whole = part == in.readableBytes();
            if (!whole && part > 0) {
                passOn(in.readRetainedSlice(part));
            }
            return rest;
        } finally {
            if (whole) {
                passOn(in);
            } else {
                in.release();
            }
        }
    }

    /** Passes on what the chunks hold. As {@link #readFramed}. */
    private int readContent(ByteBuf in) {
        try {
            ByteBuf content = context().alloc().buffer(in.readableBytes());
            int part;
            try {
                part = body.take(in, content);
                if (body.failure() == null) {
                    passOn(content.retain());
                }
            } finally {
                content.release();
            }
            return body.failure() != null ? -1 : in.readableBytes() - part - body.swallowed();
        } finally {
            in.release();
        }
    }

    private void passOn(ByteBuf part) {
        if (part.isReadable()) {
            sink().responseBody(part);
        } else {
            part.release();
        }
    }

    /** Moves on what has arrived of a large body without reading it, as long as the client takes it. */
    private void splice() {
        boolean able = !paused && sink().spliceable();
        buffers.sip(able); // a client that is slow gets buffers: to wait in
        for (int i = 0; able && i < SPLICES_IN_A_ROW; i++) {
            int moved = sink().splice(channel(), body.remaining());
            if (phase != Phase.BODY || moved == 0) {
                return;
            }
            body.skip(moved);
            if (body.complete()) {
                endResponse(true);
                return;
            }
            able = !paused && sink().spliceable();
            if (!paused) {
                deadline.in(shared.progressTicks);
            }
        }
    }

    private void endResponse(boolean clean) {
        persistent &= clean;
        if (splicing) {
            splicing = false;
            buffers.sip(false);
        }
        phase = Phase.ANSWERED;
        deadline.off();
        if (!requestSent && !writable()) {
            watchBacklog();
        }
        sink().responseEnd(this);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (sink != null) {
            sink.responsePause();
        }
        if (splicing && phase == Phase.BODY && sink != null) {
            splice();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (sink != null) {
            if (!writable && !requestSent) {
                watchBacklog();
            } else if (phase == Phase.HEAD && !requestSent) {
                deadline.off();
            }
            sink.originWritability(writable);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            endOfInput();
        } else if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
            endAnnounced = true; // close_notify: it is the origin's own end, and nobody has cut anything off
            endOfInput();
        } else if (event instanceof ChannelOutputShutdownEvent && !outputEnded) {
            lost(); // over TLS nothing else tells
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endOfInput();
        phase = Phase.CLOSED;
        deadline.cancel();
        dropPartialHead();
        if (counted) {
            counted = false;
            connections.remove(this);
            connections.closed();
        }
    }

    /** The origin sends no more. */
    private void endOfInput() {
        inputEnded = true;
        if (sink == null) {
            close();
            return;
        }
        switch (phase) {
            case HEAD -> {
                boolean nothingCame = partialHead == null && interims == 0;
                fail(used && nothingCame ? Failure.DEAD_REUSED : Failure.ORIGIN_CLOSED);
            }
            case BODY -> {
                boolean cutOff = !endAnnounced && body.framing() == Framing.UNTIL_CLOSE;
                if (!reset && !cutOff && body.endOfInput()) {
                    endResponse(false);
                } else {
                    fail(Failure.TRUNCATED);
                }
            }
            case ANSWERED -> {
                persistent = false;
                ResponseSink waiting = sink;
                sink = null; // told once, however many ways there are to notice
                close();
                waiting.originDone();
            }
            case TUNNEL -> {
                phase = Phase.ANSWERED;
                sink().responseEnd(this);
            }
            case OPENING, IDLE -> close();
            case CLOSED -> {}
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean network =
                cause instanceof IOException || cause.getCause() instanceof IOException; // TLS wraps what it throws
        if (!network) {
            Faults.report("a connection to an origin", cause);
            fail(Failure.INTERNAL);
        } else if (outputIsOver()) {
            lost();
        } else {
            broken();
        }
    }

    /** Nothing can be written any more. The origin may have said why: its answer, and its end, are still read. */
    private void lost() {
        if (sink == null || phase == Phase.TUNNEL || inputEnded) {
            broken();
        } else if (!outputFailed) {
            reset = true;
            outputFailed = true;
            resumeReading();
            if (phase != Phase.BODY) {
                watchBacklog();
            }
        }
    }

    private void broken() {
        reset = true;
        if (phase == Phase.TUNNEL) {
            fail(Failure.TRUNCATED);
        } else {
            endOfInput();
        }
        close();
    }

    private boolean outputIsOver() {
        return channel().isOpen() && channel().unsafe().outboundBuffer() == null;
    }

    /** Closes, then tells the exchange: it must not find the connection usable. */
    private void fail(Failure failure) {
        ResponseSink waiting = sink;
        sink = null;
        abandon();
        if (waiting != null) {
            waiting.broken(failure);
        }
    }

    private void dropPartialHead() {
        if (partialHead != null) {
            partialHead.release();
            partialHead = null;
        }
    }

    @Override
    public void expired() {
        switch (phase) {
            case HEAD -> {
                if (requestSent) {
                    fail(Failure.RESPONSE_TIMEOUT);
                } else {
                    expectProgress();
                }
            }
            case BODY -> {
                if (paused) {
                    expectProgress(); // it is we who do not read: the deadline is that of the request
                } else {
                    fail(Failure.ORIGIN_STALLED);
                }
            }
            case ANSWERED -> {
                if (sink != null) {
                    expectProgress();
                } else {
                    close();
                }
            }
            case IDLE -> close();
            case OPENING, TUNNEL, CLOSED -> {}
        }
    }

    private void watchBacklog() {
        backlogSeen = channel().bytesBeforeWritable();
        deadline.in(shared.progressTicks);
    }

    /** The origin takes the request slowly: some progress since the last look, or it has stalled. */
    private void expectProgress() {
        long backlog = channel().bytesBeforeWritable();
        if (backlog == 0) {
            return; // it is the client that is waited for
        }
        if (backlog != backlogSeen) {
            backlogSeen = backlog;
            deadline.in(shared.progressTicks);
        } else {
            fail(Failure.ORIGIN_STALLED);
        }
    }

    private ResponseSink sink() {
        assert sink != null : phase;
        return sink;
    }
}
