package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.Body;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import org.jspecify.annotations.Nullable;

/**
 * Reads the response to one request after another: checks it, splits it into head and body, and passes both to the
 * exchange that waits for it. Confined to the event loop of its connection.
 *
 * <pre>
 *   COMPLETE --> HEAD --> BODY --> COMPLETE        HEAD --> TUNNEL after 101
 *                  any of them --> STOPPED         the exchange has ended, or has been told of a failure
 * </pre>
 */
final class ResponseReader {

    /** Where the response to the current request stands. */
    enum State {
        /** The final response has not begun. */
        HEAD,
        BODY,
        /** All of it has come. What comes now belongs to no request. */
        COMPLETE,
        /** Bytes of another protocol. */
        TUNNEL,
        /** No exchange waits for the response any more. */
        STOPPED
    }

    /** RFC 9110 section 15.2 sets no number; an origin that sends more has lost its way. */
    private static final int INTERIM_RESPONSES_MAX = 16;

    private final UpstreamLoop shared;
    private final ReuseTerms terms;
    private final Body body;
    private State state = State.COMPLETE;
    private @Nullable ResponseSink sink;
    private final HeldBuffer partialHead;
    private boolean answersHead;
    private byte @Nullable [] upgradeAsked;
    private boolean contentOnly;
    private boolean persistent;
    private boolean mayBeFollowed;
    private int interims;

    /**
     * A reader of one connection.
     *
     * @param terms told what each response says of the connection's reuse
     * @param account of the connection
     */
    ResponseReader(UpstreamLoop shared, ReuseTerms terms, HeldBytes.Account account) {
        this.shared = shared;
        this.terms = terms;
        body = new Body(shared.limits);
        partialHead = new HeldBuffer(account);
    }

    State state() {
        return state;
    }

    /** {@link Upstream#begin}. */
    void begin(ResponseSink next, boolean toHead, byte @Nullable [] upgrade) {
        assert state == State.COMPLETE && partialHead.isEmpty() : state;
        state = State.HEAD;
        sink = next;
        answersHead = toHead;
        upgradeAsked = upgrade;
        contentOnly = false;
        persistent = false;
        interims = 0;
        body.start(Framing.NONE, 0);
    }

    void deliverContentOnly() {
        contentOnly = true;
    }

    byte @Nullable [] trailers(boolean wanted) {
        return body.trailers(wanted);
    }

    /** Whether nothing of a response to the current request has come. */
    boolean nothingCame() {
        return state == State.HEAD && partialHead.isEmpty() && interims == 0;
    }

    /** Whether the connection can carry another request, for all that the response says and that came behind it. */
    boolean persistent() {
        return persistent;
    }

    /** Whether the last response had no body where an origin that errs might send one: after HEAD, 204 and 304. */
    boolean mayBeFollowed() {
        return mayBeFollowed;
    }

    /** Bytes have come that belong to no request: the connection is not to be used again. */
    void surplus() {
        persistent = false;
    }

    /** Bytes of the body still to come, if it has a length; else 0. */
    long remaining() {
        return state == State.BODY ? body.remaining() : 0;
    }

    /** Bytes of the body were moved on without coming through here; says whether that was the last of it. */
    boolean skip(int bytes) {
        body.skip(bytes);
        return body.complete() && complete(true);
    }

    /** Whether the end of what the origin sends is the end of a body that has no other. */
    boolean endsByClosing() {
        return state == State.BODY && body.framing() == Framing.UNTIL_CLOSE;
    }

    /** The origin sends no more. Says whether the body is whole: then the response is complete. */
    boolean endOfBody() {
        return body.endOfInput() && complete(false);
    }

    /** No exchange waits for the response any more: bytes that come are thrown away. */
    void stop() {
        state = State.STOPPED;
        sink = null;
        partialHead.drop();
    }

    /** The tunnel's origin has ended its side. */
    void endTunnel() {
        state = State.COMPLETE;
    }

    /**
     * Takes what has arrived; owns the buffer. The exchange may end, and {@link #stop} this, within the call.
     *
     * @return what is wrong with it; null: nothing
     */
    @Nullable Failure read(ByteBuf in) {
        return switch (state) {
            case HEAD -> readHead(in);
            case BODY -> readBody(in);
            case TUNNEL -> {
                sink().responseBody(in);
                yield null;
            }
            case COMPLETE, STOPPED -> {
                in.release();
                persistent = false;
                yield null;
            }
        };
    }

    private @Nullable Failure readHead(ByteBuf arrived) {
        boolean worthScanning = HeadBytes.worthScanning(partialHead.get(), arrived, shared.limits.headBytesMax());
        ByteBuf in = HeadBytes.join(partialHead.take(), arrived);
        try {
            return readHeads(in, worthScanning);
        } finally {
            in.release();
        }
    }

    /** Retains what it passes on or keeps. */
    private @Nullable Failure readHeads(ByteBuf in, boolean worthScanning) {
        while (state == State.HEAD && in.isReadable()) {
            ResponseHead head = shared.head;
            Scan scan = worthScanning ? HeadBytes.scan(head, in, shared.scratch) : Scan.INCOMPLETE;
            if (scan == Scan.INCOMPLETE) {
                partialHead.put(HeadBytes.keep(shared.settings.allocator(), in.retain()));
                return null;
            }
            if (scan == Scan.REFUSED) {
                return head.failure();
            }
            in.skipBytes(head.length());
            if (!head.interim()) {
                return head.status() == 101 ? startTunnel(head, in) : startBody(head, in);
            }
            if (++interims > INTERIM_RESPONSES_MAX) {
                return Failure.BAD_RESPONSE;
            }
            sink().interimHead(head);
        }
        return null;
    }

    private @Nullable Failure startBody(ResponseHead head, ByteBuf in) {
        Framing framing = head.framing(answersHead);
        boolean misframed = head.status() == 204 && (head.contentLength() >= 0 || head.chunked());
        persistent = head.persistent() && framing != Framing.UNTIL_CLOSE && !misframed;
        mayBeFollowed = answersHead || head.status() == 304 || head.status() == 204;
        terms.answered(head);
        body.start(framing, head);
        state = State.BODY;
        sink().responseHead(head, framing, in.readableBytes());
        return readBody(in.retain());
    }

    private @Nullable Failure startTunnel(ResponseHead head, ByteBuf in) {
        if (upgradeAsked == null || !head.switchesTo(upgradeAsked)) {
            return Failure.UNASKED_UPGRADE;
        }
        state = State.TUNNEL;
        sink().responseHead(head, Framing.UNTIL_CLOSE, in.readableBytes());
        if (in.isReadable() && state == State.TUNNEL) {
            sink().responseBody(in.retain());
        }
        return null;
    }

    /** Owns the buffer. */
    private @Nullable Failure readBody(ByteBuf in) {
        if (state != State.BODY) {
            in.release(); // the exchange has ended within a callback
            return null;
        }
        int surplus = contentOnly && body.framing() == Framing.CHUNKED ? readContent(in) : readFramed(in);
        if (surplus < 0) {
            return Failure.BAD_RESPONSE_CHUNK;
        }
        if (state == State.BODY && body.complete()) {
            complete(surplus == 0);
        }
        return null;
    }

    /** @param clean whether nothing came behind the response */
    private boolean complete(boolean clean) {
        persistent &= clean;
        state = State.COMPLETE;
        return true;
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
            int surplus = in.readableBytes() - part - body.swallowed();
            whole = part == in.readableBytes();
            if (!whole && part > 0) {
                passOn(in.readRetainedSlice(part));
            }
            return surplus;
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
            ByteBuf content = shared.settings.allocator().buffer(in.readableBytes());
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

    private ResponseSink sink() {
        assert sink != null : state;
        return sink;
    }
}
