package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.exchange.Dialect;
import io.weldr.proxy.exchange.Entrance;
import io.weldr.proxy.exchange.Exchange;
import io.weldr.proxy.exchange.MessageDownstream;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.streams.PendingContent;
import io.weldr.proxy.streams.StreamOutput;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection (RFC 9113 section 5): passes the request on as the exchange wants it, holds what
 * the exchange or the client cannot take yet, and ends when both sides and the exchange are done. An object serves one
 * stream after another, all of the same connection. Confined to the event loop.
 */
final class H2Stream implements MessageDownstream, StreamOutput.Sender, Expiry {

    private final H2Server connection;
    private final ServerLoop loop;
    private final StreamOutput output;
    private final FrameWriter frames;
    private final Exchange exchange;
    private final Deadline deadline;
    private final H2Input input;
    private final PendingContent pending;
    private int id;

    private boolean exchangeOver = true;
    private boolean feeding;
    private boolean paused; // the origin takes no more for now
    private boolean throttled; // the client takes no more for now, and the origin was told
    private boolean inLine;
    private boolean endDue; // the response has no more content than what is pending
    private boolean outputEnded; // END_STREAM was sent
    private byte @Nullable [] trailers;
    private @Nullable ErrorCode resetWith; // in place of an answer
    private boolean passesReset; // that of the origin: not the client's doing
    private long window;

    H2Stream(H2Server connection, ServerLoop loop, StreamOutput output) {
        this.connection = connection;
        this.loop = loop;
        this.output = output;
        frames = output.frames();
        input = new H2Input(connection.link().account());
        pending = new PendingContent(connection.link().account());
        exchange = new Exchange(loop.exchanges, this, loop.exchangeTicks);
        deadline = new Deadline(loop.exchanges.wheel(), this);
    }

    int id() {
        return id;
    }

    /** Gets ready for the next stream. */
    H2Stream open(int number, long sendWindow, boolean endStream) {
        id = number;
        window = sendWindow;
        paused = false;
        throttled = false;
        endDue = false;
        outputEnded = false;
        trailers = null;
        resetWith = null;
        passesReset = false;
        input.begin(loop.limits.http2StreamWindowBytes(), endStream);
        return this;
    }

    /**
     * Starts the exchange with the head just scanned.
     *
     * @param length of the content, where the head does not say it; -1: not known
     */
    void begin(RequestHead head, ByteBuf text, boolean tunnel, long length) {
        exchangeOver = false;
        input.expect(head, tunnel, length);
        exchange.begin(head, text);
        pump();
        arm();
    }

    /** It has no exchange, only an answer, which this owns. */
    void refused(ByteBuf answer) {
        answer(answer);
    }

    // ---- what the client sends

    /** Whether the client sends no more on it. */
    boolean inputEnded() {
        return input.ended();
    }

    /** Takes so much of the window; false if that is more than there is. */
    boolean receive(int flowBytes) {
        return input.receive(flowBytes);
    }

    /** Bytes of the window were taken by what goes nowhere: padding. */
    void credit(int bytes) {
        input.consumed(bytes);
        openWindow();
    }

    /** Content, lent for the call. */
    void content(ByteBuf part) {
        if (exchangeOver) {
            return; // it goes nowhere, and makes no room for more
        }
        if (!input.count(part.readableBytes())) {
            malformed();
            return;
        }
        if (input.isEmpty() && !feeding && takesContent()) {
            feed(part);
        } else {
            input.hold(allocator(), part);
        }
        arm();
    }

    /**
     * The client has ended its side.
     *
     * @param section trailers as field lines with an empty line behind them; null: none
     */
    void endInput(byte @Nullable [] section) {
        if (!input.end(section)) {
            malformed();
            return;
        }
        pump();
        arm();
        closeIfOver();
    }

    /** Content that is no match for content-length (RFC 9113 section 8.1.1). */
    private void malformed() {
        fail(ErrorCode.PROTOCOL_ERROR, Failure.BAD_FRAMING);
    }

    /** The client has broken the rules on the stream: it is reset. */
    void fail(ErrorCode code, Failure why) {
        resetWith = code;
        if (exchangeOver) {
            connection.reset(this, code, true);
        } else {
            exchange.fail(why);
        }
    }

    private void feed(ByteBuf part) {
        int size = part.readableBytes();
        feeding = true;
        ByteBuf framed = input.framed(allocator(), part, exchange.tunnelling());
        try {
            exchange.requestBytes(framed);
        } finally {
            feeding = false;
            framed.release();
        }
        connection.fed(this);
        input.consumed(size);
        openWindow();
    }

    /** Passes on what waits, as far as the exchange takes it. */
    private void pump() {
        if (feeding) {
            return;
        }
        ByteBuf waiting = takesContent() ? input.take() : null;
        if (waiting != null) {
            try {
                feed(waiting);
            } finally {
                waiting.release();
            }
        }
        if (input.endIsNext() && (takesContent() || (input.tunnel() && !exchangeOver))) {
            deliverEnd();
            connection.fed(this);
        }
    }

    private boolean takesContent() {
        return !exchangeOver && !paused && exchange.wantsBytes();
    }

    private void deliverEnd() {
        ByteBuf end = input.takeEnd(allocator());
        if (end == null) {
            if (input.tunnel()) {
                exchange.clientEndOfInput();
            }
            return;
        }
        feeding = true;
        try {
            exchange.requestBytes(end);
        } finally {
            feeding = false;
            end.release();
        }
    }

    /** The connection has nothing more for now: what was passed on leaves. */
    void requestPause() {
        if (!exchangeOver) {
            exchange.requestPause();
        }
    }

    /** The window is opened as the exchange takes bytes, half a window at a time. */
    private void openWindow() {
        int more = exchangeOver ? 0 : input.takeCredit();
        if (more > 0) {
            frames.windowUpdate(id, more);
            output.pump();
        }
    }

    // ---- what the exchange wants of the client's input

    @Override
    public void pauseReading() {
        paused = true;
        arm();
    }

    @Override
    public void resumeReading() {
        paused = false;
        pump();
        arm();
    }

    @Override
    public void continueReading() {
        pump();
        connection.fed(this); // the head has to leave, too
        arm();
    }

    // ---- what the exchange sends

    @Override
    public void head(HeadWriter head) {
        frames.head(id, head);
    }

    @Override
    public void write(ByteBuf part) {
        pending.add(allocator(), part);
    }

    @Override
    public void end(byte @Nullable [] section) {
        endDue = true;
        trailers = section;
    }

    @Override
    public void answer(ByteBuf answer) {
        if (resetWith != null) {
            answer.release(); // a malformed request is no request: RFC 9113 section 8.1.1
            return;
        }
        try {
            HeadWriter head = loop.takeHead(answer);
            frames.head(id, head);
            if (answer.isReadable()) {
                pending.add(allocator(), answer.retain());
            }
        } finally {
            answer.release();
        }
        endDue = true;
        flush();
    }

    @Override
    public void flush() {
        getInLine();
        output.pump();
        arm();
    }

    private void getInLine() {
        if (!inLine && !outputEnded && (!pending.isEmpty() || endDue)) {
            inLine = true;
            output.add(this);
        }
    }

    @Override
    public void leftLine() {
        inLine = false;
        closeIfOver();
    }

    @Override
    public StreamOutput.Turn sendNext() {
        int size = pending.bytes();
        if (size > 0) {
            long room = Math.min(window, output.window());
            int part = (int)
                    Math.min(room, Math.min(frames.payloadMax(), pending.first().readableBytes()));
            if (part <= 0) {
                return window > 0 ? StreamOutput.Turn.CONNECTION_FULL : StreamOutput.Turn.OVER;
            }
            boolean last = endDue && trailers == null && part == size;
            frames.data(id, pending.first(), part, last);
            pending.sent(part);
            window -= part;
            output.sent(part);
            connection.sentContent();
            outputEnded = last;
            arm();
            makeRoom();
            if (!pending.isEmpty()) {
                return window > 0 ? StreamOutput.Turn.MORE : StreamOutput.Turn.OVER;
            }
        }
        if (endDue && !outputEnded) {
            outputEnded = true;
            if (trailers != null) {
                frames.trailers(id, trailers);
            } else {
                frames.end(id);
            }
        }
        return StreamOutput.Turn.OVER;
    }

    /** The origin may send on. */
    private void makeRoom() {
        if (throttled && pending.bytes() <= loop.limits.http2StreamWindowBytes() / 4) {
            throttled = false;
            if (!exchangeOver) {
                exchange.clientWritability(true);
            }
        }
    }

    /** The client has made room in the window, or taken some; false if that is more than a window may have. */
    boolean openSendWindow(long change) {
        window += change;
        if (window > Integer.MAX_VALUE) {
            return false;
        }
        if (window > 0) {
            getInLine();
        }
        return true;
    }

    @Override
    public boolean writable() {
        if (pending.bytes() < loop.limits.http2StreamWindowBytes()) {
            return true;
        }
        throttled = true;
        return false;
    }

    @Override
    public boolean takesSplice() {
        return false;
    }

    @Override
    public int splice(Link from, long max) {
        throw new AssertionError("takes none");
    }

    @Override
    public void tunnelMoved() {
        arm();
    }

    @Override
    public void endOutput() {
        endDue = true;
        flush();
    }

    // ---- what the exchange asks

    @Override
    public ByteBufAllocator allocator() {
        return connection.link().allocator();
    }

    @Override
    public Peer peer() {
        return connection.peer();
    }

    @Override
    public Entrance listener() {
        return loop.entrance;
    }

    @Override
    public HeldBytes.Account account() {
        return connection.link().account();
    }

    @Override
    public Dialect dialect() {
        return Dialect.HTTP_2;
    }

    @Override
    public boolean mayKeep() {
        return false; // a stream serves one exchange
    }

    // ---- the end

    @Override
    public void ended(boolean keep, boolean lingering) {
        exchangeOver = true;
        input.drop();
        if (resetWith != null) {
            connection.reset(this, resetWith, !passesReset);
            return;
        }
        endDue = true;
        flush();
        closeIfOver();
    }

    /** The stream is over when the exchange is, and everything was sent: the client need not send the rest. */
    private void closeIfOver() {
        if (!exchangeOver || !outputEnded || inLine || id == 0) {
            return;
        }
        if (input.ended()) {
            connection.closed(this);
        } else {
            connection.reset(this, ErrorCode.NO_ERROR, false); // RFC 9113 section 8.1
        }
    }

    @Override
    public void originReset(long code) {
        if (resetWith == null) {
            resetWith = ErrorCode.of(code);
            passesReset = true;
        }
    }

    @Override
    public void cut(boolean visibly, Failure why) {
        exchangeOver = true;
        connection.reset(this, resetWith != null ? resetWith : code(why), resetWith != null && !passesReset);
    }

    private static ErrorCode code(Failure why) {
        return switch (why.side()) {
            case UPSTREAM -> ErrorCode.INTERNAL_ERROR;
            case DOWNSTREAM -> ErrorCode.CANCEL;
            case PROXY -> why == Failure.INTERNAL ? ErrorCode.INTERNAL_ERROR : ErrorCode.CANCEL;
        };
    }

    /** weldr ends it for that reason. */
    void end(Failure why) {
        if (!exchangeOver) {
            exchange.fail(why);
        }
    }

    /** The client is not interested any more. */
    void gone() {
        boolean over = exchangeOver;
        exchangeOver = true;
        if (!over) {
            exchange.clientGone();
        }
    }

    /** Something was thrown: nobody is answered. */
    void abandon() {
        exchangeOver = true;
        exchange.abandon();
    }

    /** It is closed: lets go of what it holds. */
    void close() {
        id = 0;
        exchangeOver = true;
        if (inLine) {
            inLine = false;
            output.remove(this);
        }
        deadline.off();
        input.drop();
        pending.drop();
    }

    /** The connection is closed: nothing of it is left in the wheel. */
    void cancel() {
        deadline.cancel();
    }

    @Override
    public void failed(Throwable cause) {
        connection.failed(cause);
    }

    // ---- time

    /** Sets the time for what is waited for. */
    private void arm() {
        if (id == 0) {
            return;
        }
        if (!pending.isEmpty() || (endDue && !outputEnded)) {
            deadline.in(loop.progressTicks);
        } else if (exchangeOver) {
            deadline.off();
        } else if (exchange.tunnelling()) {
            deadline.in(loop.tunnelIdleTicks);
        } else if (exchange.awaitsClient() && !paused && !input.ended() && input.isEmpty()) {
            deadline.in(loop.progressTicks);
        } else {
            deadline.off();
        }
    }

    @Override
    public void expired() {
        try {
            expire();
        } catch (Throwable e) {
            connection.failed(e);
        }
    }

    private void expire() {
        boolean stalls = !pending.isEmpty() || (endDue && !outputEnded);
        if (stalls && !connection.link().writable()) {
            deadline.in(loop.progressTicks); // it is the connection that is waited for, and has a time of its own
            return;
        }
        if (!exchangeOver && !stalls && exchange.tunnelling()) {
            exchange.fail(Failure.TUNNEL_IDLE);
            return;
        }
        connection.exceeded(Http2Limit.STALLED_STREAM);
        if (exchangeOver) {
            connection.reset(this, ErrorCode.CANCEL, false);
        } else {
            exchange.fail(stalls ? Failure.CLIENT_STALLED : Failure.BODY_TIMEOUT);
        }
    }
}
