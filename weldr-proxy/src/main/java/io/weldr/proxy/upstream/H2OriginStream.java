package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.streams.PendingContent;
import io.weldr.proxy.streams.StreamOutput;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on a connection of HTTP/2 (RFC 9113 section 8.1). What the origin cannot take yet waits
 * here, and so does what the client cannot take: each up to a window. An object serves one request after another, all
 * on the same connection. Confined to the event loop.
 *
 * <p>The file is longer than others because each end that a stream can come to is in it, one beside the other.
 */
final class H2OriginStream implements MessageUpstream, StreamOutput.Sender, Expiry {

    /** Where the response stands. */
    private enum State {
        /** Serves no request. */
        FREE,
        /** The final response has not begun. */
        HEAD,
        BODY,
        /** All of it was passed on. */
        COMPLETE
    }

    /** RFC 9110 section 15.2 sets no number; an origin that sends more has lost its way. */
    private static final int INTERIM_RESPONSES_MAX = 16;

    private final H2Origin connection;
    private final UpstreamLoop shared;
    private final StreamOutput output;
    private final FrameWriter frames;
    private final PendingContent pending;
    private final ResponseContent content;
    private final Deadline deadline;

    private State state = State.FREE;
    private @Nullable ResponseSink sink;
    private int id; // 0: none yet
    private boolean begun; // the head was written
    private boolean reused;
    private boolean answersHead;
    private int interims;
    private boolean paused; // the client takes no more for now
    private boolean inputEnded; // END_STREAM has come
    private byte @Nullable [] trailers; // of the response
    private long resetCode;

    private boolean requestSent;
    private int headTicks;
    private boolean endDue; // the request has no more content than what is pending
    private boolean outputEnded; // END_STREAM was sent, or nothing is sent any more
    private byte @Nullable [] requestTrailers;
    private boolean inLine;
    private boolean throttled; // the exchange was told that the origin takes no more
    private long window; // for content of the request

    H2OriginStream(H2Origin connection, StreamOutput output) {
        this.connection = connection;
        this.output = output;
        shared = connection.shared;
        frames = output.frames();
        pending = new PendingContent(connection.link().account());
        content = new ResponseContent(
                connection.link().account(), shared.settings.allocator(), shared.limits.originStreamWindowBytes());
        deadline = new Deadline(shared.wheel, this);
    }

    /** Gets ready for a request. */
    H2OriginStream open(boolean onUsedConnection) {
        assert state == State.FREE && sink == null : state;
        state = State.HEAD;
        id = 0;
        begun = false;
        reused = onUsedConnection;
        interims = 0;
        paused = false;
        inputEnded = false;
        trailers = null;
        resetCode = -1;
        requestSent = false;
        endDue = false;
        outputEnded = false;
        requestTrailers = null;
        throttled = false;
        content.begin();
        return this;
    }

    int id() {
        return id;
    }

    /** Whether all of the response has come. */
    boolean whole() {
        return inputEnded;
    }

    // ---- the exchange's side

    @Override
    public Endpoint endpoint() {
        return connection.endpoint;
    }

    @Override
    public boolean reused() {
        return reused;
    }

    /** RFC 9113 section 8.2.2 knows no upgrade: what the client asked for is not passed on. */
    @Override
    public void begin(ResponseSink next, boolean toHead, byte @Nullable [] upgradeAsked) {
        assert shared.inLoop() && sink == null && state == State.HEAD : state;
        sink = next;
        answersHead = toHead;
    }

    @Override
    public void head(HeadWriter head) {
        id = connection.register(this);
        window = connection.peerStreamWindow();
        frames.request(id, head, connection.secure());
        begun = true;
    }

    @Override
    public void write(ByteBuf part) {
        if (outputEnded) {
            part.release(); // the origin wants no more of it
        } else {
            pending.add(shared.settings.allocator(), part);
        }
    }

    @Override
    public void end(byte @Nullable [] section) {
        endDue = true;
        requestTrailers = section;
    }

    @Override
    public void flush() {
        getInLine();
        output.pump();
    }

    private void getInLine() {
        if (id != 0 && !inLine && !outputEnded && (!pending.isEmpty() || endDue)) {
            inLine = true;
            output.add(this);
            if (!pending.isEmpty()) {
                deadline.in(shared.progressTicks);
            }
        }
    }

    @Override
    public boolean writable() {
        if (pending.bytes() < shared.limits.http2StreamWindowBytes() || outputEnded) {
            return true;
        }
        throttled = true;
        return false;
    }

    @Override
    public void requestSent(int responseHeadTicks) {
        requestSent = true;
        headTicks = responseHeadTicks > 0 ? responseHeadTicks : shared.responseHeadTicks;
        awaitResponse();
    }

    /** Sets the time for what the origin owes. */
    private void awaitResponse() {
        switch (state) {
            case HEAD -> {
                if (requestSent) {
                    deadline.in(headTicks);
                } else {
                    deadline.off(); // it is the client that is waited for
                }
            }
            case BODY -> {
                if (paused || inputEnded) {
                    deadline.off();
                } else {
                    deadline.in(shared.progressTicks);
                }
            }
            case COMPLETE, FREE -> deadline.off();
        }
    }

    @Override
    public void pauseReading() {
        if (!paused) {
            paused = true;
            if (state == State.BODY && pending.isEmpty()) {
                deadline.off();
            }
        }
    }

    @Override
    public void resumeReading() {
        if (paused) {
            paused = false;
            if (state == State.BODY) {
                awaitResponse();
                passOnWaiting();
            }
        }
    }

    /** There are no chunks. */
    @Override
    public void deliverContentOnly() {}

    @Override
    public byte @Nullable [] trailers(boolean wanted) {
        return wanted ? trailers : null;
    }

    /** Nothing that HTTP/2 carries here is a tunnel. */
    @Override
    public void endOutput() {
        endDue = true;
        flush();
    }

    @Override
    public long resetCode() {
        return resetCode;
    }

    @Override
    public void release() {
        assert shared.inLoop();
        sink = null;
        if (state == State.COMPLETE && requestSent) {
            deadline.in(shared.progressTicks); // the end of the request may still be on its way
            flush();
            closeIfOver();
        } else {
            end(ErrorCode.CANCEL);
        }
    }

    @Override
    public void abort() {
        sink = null;
        end(ErrorCode.CANCEL);
    }

    /** It is over on both sides, and nobody holds it. */
    private void closeIfOver() {
        if (sink == null && state == State.COMPLETE && outputEnded && !inLine) {
            connection.remove(this);
        }
    }

    /** Ends what is not over yet. */
    private void end(ErrorCode code) {
        if (state == State.FREE) {
            return;
        }
        try {
            if (begun && !(inputEnded && outputEnded)) {
                connection.reset(id, code);
            }
        } finally {
            if (state != State.FREE) { // else the write failed and closed the connection
                connection.remove(this);
            }
        }
    }

    /** It serves no request any more, and holds nothing. Only the connection calls it. */
    void close() {
        state = State.FREE;
        sink = null;
        if (inLine) {
            inLine = false;
            output.remove(this);
        }
        id = 0;
        outputEnded = true;
        deadline.off();
        pending.drop();
        content.drop();
    }

    /** The connection is closed: nothing of it is left in the wheel. */
    void cancel() {
        deadline.cancel();
    }

    // ---- what is sent

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
            boolean last = endDue && requestTrailers == null && part == size;
            frames.data(id, pending.first(), part, last);
            pending.sent(part);
            window -= part;
            output.sent(part);
            connection.sentContent();
            outputEnded = last;
            if (pending.isEmpty()) {
                awaitResponse();
            } else {
                deadline.in(shared.progressTicks);
            }
            makeRoom();
            if (!pending.isEmpty()) {
                return window > 0 ? StreamOutput.Turn.MORE : StreamOutput.Turn.OVER;
            }
        }
        if (endDue && !outputEnded && state != State.FREE) {
            outputEnded = true;
            if (requestTrailers != null) {
                frames.trailers(id, requestTrailers);
            } else {
                frames.end(id);
            }
        }
        return StreamOutput.Turn.OVER;
    }

    @Override
    public void leftLine() {
        inLine = false;
        closeIfOver();
    }

    private void makeRoom() {
        ResponseSink waiting = sink;
        if (throttled && pending.bytes() <= shared.limits.http2StreamWindowBytes() / 4) {
            throttled = false;
            if (waiting != null) {
                waiting.originWritability(true);
            }
        }
    }

    /** The origin has made room in the window, or taken some; false if that is more than a window may have. */
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

    // ---- what the origin sends

    /**
     * A field section.
     *
     * @param text a head or trailers, as HTTP/1.1 has them; scratch space
     * @return what is wrong with it; null: nothing
     */
    @Nullable Failure section(HeadWriter text, boolean endStream) {
        return switch (state) {
            case HEAD -> head(text, endStream);
            case BODY -> inputEnded || !endStream ? Failure.BAD_RESPONSE : trailerSection(text);
            case COMPLETE, FREE -> null;
        };
    }

    /** Whether a field section that comes now is trailers. */
    boolean awaitsTrailers() {
        return state != State.HEAD;
    }

    private @Nullable Failure head(HeadWriter text, boolean endStream) {
        ResponseHead head = shared.head;
        Scan scan = head.scan(text.array(), text.length());
        if (scan != Scan.COMPLETE) {
            return scan == Scan.REFUSED ? head.failure() : Failure.RESPONSE_HEAD_TOO_LARGE;
        }
        head.cameByHttp2();
        if (head.status() == 101) {
            return Failure.BAD_RESPONSE; // RFC 9113 section 8.6
        }
        if (head.interim()) {
            if (endStream || ++interims > INTERIM_RESPONSES_MAX) {
                return Failure.BAD_RESPONSE;
            }
            sink().interimHead(head);
            return null;
        }
        Framing framing = head.framing(answersHead);
        content.expect(framing == Framing.NONE ? 0 : head.contentLength());
        if (endStream && !content.complete()) {
            return Failure.BAD_RESPONSE_FRAMING; // RFC 9113 section 8.1.1
        }
        state = State.BODY;
        sink().responseHead(head, framing, 0);
        if (state == State.BODY) { // else the exchange has let go of it
            return endStream ? endInput(null) : awaited();
        }
        return null;
    }

    private @Nullable Failure awaited() {
        if (pending.isEmpty()) {
            awaitResponse();
        }
        return null;
    }

    private @Nullable Failure trailerSection(HeadWriter text) {
        byte[] filtered = shared.trailerFilter.filtered(text.toBytes());
        return filtered == null ? Failure.BAD_RESPONSE : endInput(filtered);
    }

    /** Takes so much of the window; false if that is more than there is. */
    boolean receive(int flowBytes) {
        return content.receive(flowBytes);
    }

    /** Bytes of the window were taken by what goes nowhere: padding. */
    void credit(int bytes) {
        content.consumed(bytes);
        openWindow();
    }

    /** Content, lent for the call. Says what is wrong with it; null: nothing. */
    @Nullable Failure received(ByteBuf part) {
        if (state != State.BODY || inputEnded) {
            return state == State.HEAD || inputEnded ? Failure.BAD_RESPONSE : null;
        }
        int size = part.readableBytes();
        if (!content.count(size)) {
            return Failure.BAD_RESPONSE_FRAMING;
        }
        if (paused || !content.isEmpty()) {
            content.hold(part);
            return null;
        }
        sink().responseBody(part.retain());
        passedOn(size);
        return awaited();
    }

    private void passedOn(int bytes) {
        if (state == State.BODY) {
            content.consumed(bytes);
            openWindow();
        }
    }

    /** The origin sends no more. Says what is wrong with that; null: nothing. */
    @Nullable Failure endInput(byte @Nullable [] section) {
        if (state != State.BODY || inputEnded) {
            return state == State.HEAD || inputEnded ? Failure.BAD_RESPONSE : null;
        }
        if (!content.complete()) {
            return Failure.BAD_RESPONSE_FRAMING;
        }
        inputEnded = true;
        trailers = section;
        passOnWaiting();
        return null;
    }

    /** Passes on what waits, as far as the client takes it, and then the end. */
    private void passOnWaiting() {
        boolean any = false;
        while (state == State.BODY && !paused && !content.isEmpty()) {
            any = true;
            ByteBuf waiting = content.take();
            int size = waiting.readableBytes();
            sink().responseBody(waiting);
            passedOn(size);
        }
        if (state == State.BODY && inputEnded && content.isEmpty()) {
            state = State.COMPLETE;
            awaitResponse();
            sink().responseEnd(); // leaves with what was passed on
        } else if (any) {
            pause();
        }
    }

    /** The window is opened as the client takes bytes, half a window at a time. */
    private void openWindow() {
        int more = inputEnded ? 0 : content.takeCredit();
        if (more > 0 && id != 0) {
            connection.creditStream(id, more);
        }
    }

    /** Nothing more has come for now: what was passed on leaves. */
    void pause() {
        if (sink != null) {
            sink.responsePause();
        }
    }

    // ---- the ends

    /** The origin has ended the stream by that code. */
    void resetBy(long code) {
        outputEnded = true;
        if (state == State.COMPLETE) {
            ResponseSink waiting = sink;
            connection.remove(this);
            if (waiting != null) {
                waiting.originDone();
            }
        } else if (inputEnded) {
            pending.drop(); // the response is whole, and on its way to the client
        } else {
            boolean refused = code == ErrorCode.REFUSED_STREAM.number() && nothingCame();
            resetCode = refused ? -1 : code;
            fail(refused ? Failure.STREAM_REFUSED : Failure.STREAM_RESET);
        }
    }

    private boolean nothingCame() {
        return state == State.HEAD && interims == 0;
    }

    /** The origin has said that it did not look at the stream. */
    void notProcessed() {
        if (state == State.FREE) {
            return; // the end of another one has ended it
        }
        fail(nothingCame() ? Failure.NOT_PROCESSED : Failure.TRUNCATED);
    }

    /** The connection is no more. */
    void connectionLost() {
        if (state == State.FREE) {
            return;
        }
        outputEnded = true;
        if (state == State.COMPLETE) {
            resetBy(ErrorCode.NO_ERROR.number());
        } else if (!inputEnded) {
            Failure none = reused ? Failure.DEAD_REUSED : Failure.NO_RESPONSE;
            fail(state == State.BODY ? Failure.TRUNCATED : nothingCame() ? none : Failure.ORIGIN_CLOSED);
        } // else the rest waits here for the client
    }

    /** It ends for a reason on this side, or because of what the origin did. */
    void endFor(Failure failure, ErrorCode code) {
        if (state == State.COMPLETE && sink != null) {
            ResponseSink waiting = sink;
            end(code);
            waiting.originDone(); // the response is whole: only the rest of the request is given up
        } else {
            ResponseSink waiting = sink;
            end(code);
            if (waiting != null) {
                waiting.broken(failure);
            }
        }
    }

    private void fail(Failure failure) {
        ResponseSink waiting = sink;
        connection.remove(this);
        if (waiting != null) {
            waiting.broken(failure);
        }
    }

    /** The connection is dead, for all that is known. */
    Failure silent() {
        return state == State.BODY ? Failure.RESPONSE_STALLED : Failure.RESPONSE_TIMEOUT;
    }

    @Override
    public void expired() {
        try {
            if (sink == null) {
                end(ErrorCode.CANCEL); // the origin does not take the rest of a request that it has answered
            } else if (!pending.isEmpty()) {
                endFor(Failure.REQUEST_STALLED, ErrorCode.CANCEL);
            } else if (state == State.HEAD) {
                connection.waitedInVain();
                endFor(Failure.RESPONSE_TIMEOUT, ErrorCode.CANCEL);
            } else if (state == State.BODY) {
                connection.waitedInVain();
                endFor(Failure.RESPONSE_STALLED, ErrorCode.CANCEL);
            }
        } catch (Throwable e) {
            connection.failed(e);
        }
    }

    private ResponseSink sink() {
        assert sink != null : state;
        return sink;
    }
}
