package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.Body;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.trace.TraceContext;
import io.weldr.proxy.upstream.MessageUpstream;
import io.weldr.proxy.upstream.Upstream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request of an exchange on its way to the origin. The buffer that held the end of the head is kept until the
 * request cannot be sent again; body bytes that come later are passed through and never kept. Confined to the event
 * loop.
 */
final class RequestHalf {

    /**
     * Where the request stands.
     *
     * <pre>
     *   FREE --> HELD --> FLOWING --> COMPLETE --> TUNNEL --> ENDED       any of them --> FREE
     *             ^         |            ^ |
     *             |         +> DISCARDED +-+
     *             +--------- retry --------+      from FLOWING, too
     * </pre>
     */
    enum State {
        FREE,
        /** What has come is kept; nothing has been sent. */
        HELD,
        /** The head has been sent; the rest goes to the origin as it comes. */
        FLOWING,
        /** The origin takes no more: the rest is read and thrown away. */
        DISCARDED,
        /** All of it has come, and was sent or thrown away. */
        COMPLETE,
        /** Bytes of another protocol go to the origin. */
        TUNNEL,
        /** The client has ended its side of the tunnel. */
        ENDED;

        private Set<State> next() {
            return switch (this) {
                case FREE -> EnumSet.of(HELD);
                case HELD -> EnumSet.of(FLOWING, COMPLETE, FREE);
                case FLOWING -> EnumSet.of(HELD, DISCARDED, COMPLETE, FREE);
                case DISCARDED -> EnumSet.of(COMPLETE, FREE);
                case COMPLETE -> EnumSet.of(HELD, TUNNEL, FREE);
                case TUNNEL -> EnumSet.of(ENDED, FREE);
                case ENDED -> EnumSet.of(FREE);
            };
        }
    }

    /** Up to here copying body bytes behind the head is cheaper than a second entry in the write. */
    static final int COPY_BYTES_MAX = 2048;

    /** Up to here a request is kept while its body is still sent, in case that the origin refuses it unseen. */
    private static final int REFUSABLE_BYTES_MAX = 64 * 1024;

    /** Up to here the buffer of a request is kept as it is: the size of a common read. */
    private static final int KEPT_BYTES_MAX = 4096;

    private final ExchangeLoop loop;
    private final Downstream client;
    private final Destination destination;
    private final RequestId id;
    private final @Nullable TraceContext trace; // null: the node does not trace
    private final Body body;
    private State state = State.FREE;
    private final HeldBuffer first;
    private int headStart;
    private int headLength;
    private int firstBody;
    private byte @Nullable [] firstTrailers;
    private long discarded;
    private long received;
    private boolean anyBody;
    private boolean inputEnded;
    private int responseHeadTicks;
    private @Nullable Body chunks; // finds the content of what is kept; made for the first origin of HTTP/2

    private Method method = Method.OTHER;
    private boolean persistent;
    private boolean acceptsJson;
    private boolean acceptsTrailers;
    private boolean expectsContinue;
    private boolean grpc;
    private byte @Nullable [] upgrade;

    RequestHalf(
            ExchangeLoop loop, Downstream client, Destination destination, RequestId id, @Nullable TraceContext trace) {
        this.loop = loop;
        this.client = client;
        this.destination = destination;
        this.id = id;
        this.trace = trace;
        body = new Body(loop.limits());
        first = new HeldBuffer(client.account());
    }

    private void become(State next) {
        assert state.next().contains(next) : state + " -> " + next;
        state = next;
    }

    State state() {
        return state;
    }

    // ---- what the client has asked for

    Method method() {
        return method;
    }

    /** Whether the client means to keep its connection. */
    boolean persistent() {
        return persistent;
    }

    boolean acceptsJson() {
        return acceptsJson;
    }

    boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    /** Whether it is a call of gRPC. */
    boolean grpc() {
        return grpc;
    }

    /** The protocols that the client wants to switch to, or null. */
    byte @Nullable [] upgrade() {
        return upgrade;
    }

    /** Whether the client may wait for 100 (Continue), and never send the body. */
    boolean bodyMayNotCome() {
        return expectsContinue && !anyBody;
    }

    // ---- how much of it has come

    /** The client sends no more. */
    void endInput() {
        inputEnded = true;
    }

    /** Whether the client has said that it sends no more. */
    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether all of the body has come from the client. */
    boolean complete() {
        return body.complete();
    }

    /** Bytes taken from the client, head and framing included, as HTTP/1.1 has them. */
    long received() {
        return received;
    }

    /** Whether more bytes of the client belong to it and have somewhere to go. */
    boolean wantsBytes() {
        return state == State.FLOWING || state == State.DISCARDED || state == State.TUNNEL;
    }

    /**
     * Whether everything needed to send the request once more is at hand, and a second delivery does no harm (RFC 9110
     * section 9.2.2).
     */
    boolean replayable() {
        return method.idempotent() && refusable() && body.complete();
    }

    /** Whether all that was sent is at hand: it can be sent once more if the origin did not look at it. */
    boolean refusable() {
        return !first.isEmpty() && body.contentBytes() <= Integer.MAX_VALUE;
    }

    /**
     * Starts. Keeps the buffer whose readable bytes start with the head just scanned, and leaves it readable behind
     * what belongs to this request.
     *
     * @return what is wrong with the body; null: nothing so far
     */
    @Nullable Failure begin(RequestHead head, ByteBuf in, Dialect dialect) {
        become(State.HELD);
        method = head.method();
        persistent = head.persistent();
        acceptsJson = head.acceptsJson();
        // In HTTP/2, trailers are read by everybody, and few clients say so.
        acceptsTrailers = dialect == Dialect.HTTP_2 || head.acceptsTrailers();
        expectsContinue = head.expectsContinue();
        grpc = dialect == Dialect.HTTP_2 && Grpc.isCall(head);
        upgrade = head.upgradeProtocols();
        loop.scanner().hold(this);
        first.put(in.retain());
        headStart = in.readerIndex();
        headLength = head.length();
        firstBody = 0;
        firstTrailers = null;
        discarded = 0;
        anyBody = false;
        inputEnded = false;
        received = headLength;
        in.skipBytes(headLength);
        Framing framing = head.framing();
        body.start(framing, head);
        if (framing == Framing.NONE) {
            return null;
        }
        if (tooLarge(head.contentLength())) {
            return Failure.BODY_TOO_LARGE;
        }
        firstBody = body.take(in);
        anyBody = firstBody > 0;
        in.skipBytes(firstBody + body.swallowed());
        received += firstBody + body.swallowed();
        if (body.complete()) {
            firstTrailers = body.trailers(true, client.peer().forbidden());
        }
        if (body.failure() != null) {
            return Failure.BAD_CHUNK;
        }
        return tooLarge(body.contentBytes()) ? Failure.BODY_TOO_LARGE : null;
    }

    private boolean tooLarge(long bytes) {
        long max = loop.limits().requestBodyBytesMax();
        return max > 0 && bytes > max;
    }

    /** Writes the head and what is there of the body, without flushing. */
    void send(Upstream origin) {
        ByteBufAllocator allocator = client.allocator();
        Peer peer = client.peer();
        ByteBuf kept = first();
        RequestHead head = loop.scanner().headOf(this, kept, headStart, headLength);
        HeadWriter writer = loop.editors().writer();
        var endpoint = origin.endpoint();
        responseHeadTicks = destination.plan().responseHeadTicks();
        loop.editors()
                .request()
                .write(
                        head,
                        writer,
                        endpoint.authority(),
                        endpoint.preserveHost(),
                        destination.plan().request(),
                        destination.target(head, peer),
                        peer,
                        id,
                        trace);
        if (origin instanceof MessageUpstream messages) {
            sendParts(messages, writer, kept);
            return;
        }
        int bodyAt = headStart + headLength;
        boolean copied = firstBody <= COPY_BYTES_MAX;
        byte[] trailers = firstTrailers;
        ByteBuf out = allocator.directBuffer(writer.length() + (copied ? firstBody : 0));
        writer.writeTo(out);
        if (copied) {
            out.writeBytes(kept, bodyAt, firstBody);
        }
        loop.stats().bytesToOrigins.add(writer.length() + firstBody);
        become(body.complete() ? State.COMPLETE : State.FLOWING);
        origin.write(out);
        if (!copied) {
            origin.write(kept.retainedSlice(bodyAt, firstBody));
        }
        if (trailers != null) {
            origin.write(allocator.directBuffer(trailers.length).writeBytes(trailers));
        }
        if (body.complete()) {
            origin.requestSent(responseHeadTicks);
        }
        if (replayable()) {
            shrinkFirst(allocator);
        } else {
            forgetFirst();
        }
    }

    /** Writes the head and what is there of the content, for an origin that knows no framing of HTTP/1.1. */
    private void sendParts(MessageUpstream origin, HeadWriter writer, ByteBuf kept) {
        loop.stats().bytesToOrigins.add(writer.length() + firstBody);
        become(body.complete() ? State.COMPLETE : State.FLOWING);
        origin.head(writer);
        ByteBuf framed = kept.slice(headStart + headLength, firstBody);
        if (body.framing() == Framing.CHUNKED) {
            Body walking = chunks == null ? new Body(loop.limits()) : chunks;
            chunks = walking;
            walking.start(Framing.CHUNKED, 0);
            writeContent(origin, walking, framed);
        } else if (firstBody > 0) {
            origin.write(framed.retain());
        }
        if (body.complete()) {
            origin.end(firstTrailers);
            origin.requestSent(responseHeadTicks);
        }
        if (headLength + firstBody > REFUSABLE_BYTES_MAX || body.contentBytes() > Integer.MAX_VALUE) {
            forgetFirst();
        } else if (body.complete()) {
            shrinkFirst(client.allocator());
        } else if (!first.isEmpty()) {
            keepGrowing(kept);
        }
    }

    /**
     * Copies the content of the readable bytes, which are chunks, and writes it; says how many of them belong to the
     * body.
     */
    private int writeContent(Upstream origin, Body walking, ByteBuf framed) {
        ByteBuf content = client.allocator().directBuffer(framed.readableBytes());
        try {
            int part = walking.take(framed, content);
            if (content.isReadable() && walking.failure() == null) {
                origin.write(content.retain());
            }
            return part;
        } finally {
            content.release();
        }
    }

    /** What comes later is put behind it. The buffer itself may have bytes there that belong to the next request. */
    private void keepGrowing(ByteBuf kept) {
        int size = headLength + firstBody;
        ByteBuf copy = client.allocator().directBuffer(2 * size);
        copy.writeBytes(kept, headStart, size);
        first.drop();
        first.put(copy);
        headStart = 0;
    }

    /** More of the body has been sent, in case that it has to be sent once more. */
    private void keepMore(ByteBuf in, int part) {
        if (headLength + firstBody + part > REFUSABLE_BYTES_MAX) {
            forgetFirst();
        } else if (part > 0) {
            first.append(client.allocator(), in.retainedSlice(in.readerIndex(), part));
            firstBody += part;
        }
    }

    /** A small request in a large buffer is copied while it is kept: many may wait for their origin at a time. */
    private void shrinkFirst(ByteBufAllocator allocator) {
        ByteBuf kept = first();
        int size = headLength + firstBody;
        if (HeldBytes.capacity(kept) > Math.max(KEPT_BYTES_MAX, 4L * size)) {
            ByteBuf copy = allocator.directBuffer(size).writeBytes(kept, headStart, size);
            first.drop();
            first.put(copy);
            headStart = 0;
        }
    }

    /** Will be sent once more. Only if {@link #replayable}, or {@link #refusable} and not looked at. */
    void replay() {
        assert refusable() : state;
        become(State.HELD);
    }

    /**
     * More bytes from the client. Those of this request go to the origin, or nowhere if it takes no more; those behind
     * it stay readable.
     *
     * @return what is wrong with them; {@link Failure#CUT_OFF}: more were thrown away than a connection is worth
     */
    @Nullable Failure more(ByteBuf in, @Nullable Upstream origin) {
        if (origin instanceof MessageUpstream messages) {
            return moreContent(in, messages);
        }
        int part = body.take(in);
        Failure wrong = body.failure();
        if (wrong != null) {
            return wrong;
        }
        if (tooLarge(body.contentBytes())) {
            return Failure.BODY_TOO_LARGE;
        }
        anyBody = true;
        int swallowed = body.swallowed();
        boolean last = body.complete();
        received += part + swallowed;
        if (origin == null) {
            assert state == State.DISCARDED : state;
            discarded += part;
            in.skipBytes(part + swallowed);
            if (last) {
                become(State.COMPLETE);
            }
            return discarded > loop.limits().drainBytesMax() ? Failure.CUT_OFF : null;
        }
        loop.stats().bytesToOrigins.add(part);
        if (last) {
            become(State.COMPLETE);
        }
        if (part > 0) {
            origin.write(in.readRetainedSlice(part));
        }
        in.skipBytes(swallowed);
        if (last) {
            byte[] trailers = body.trailers(true, client.peer().forbidden());
            if (trailers != null) {
                origin.write(in.alloc().directBuffer(trailers.length).writeBytes(trailers));
            }
            origin.requestSent(responseHeadTicks);
        }
        return null;
    }

    /** As {@link #more}, for an origin that knows no framing of HTTP/1.1. */
    private @Nullable Failure moreContent(ByteBuf in, MessageUpstream origin) {
        anyBody = true;
        boolean chunked = body.framing() == Framing.CHUNKED;
        int part = chunked ? writeContent(origin, body, in) : body.take(in);
        Failure wrong = body.failure();
        if (wrong != null) {
            return wrong;
        }
        if (tooLarge(body.contentBytes())) {
            return Failure.BODY_TOO_LARGE;
        }
        int swallowed = body.swallowed();
        boolean last = body.complete();
        received += part + swallowed;
        loop.stats().bytesToOrigins.add(part);
        if (state == State.FREE) {
            return null; // A write failed at once and ended the exchange.
        }
        if (!first.isEmpty()) {
            keepMore(in, part);
        }
        if (last) {
            become(State.COMPLETE);
            firstTrailers = body.trailers(true, client.peer().forbidden());
        }
        if (!chunked && part > 0) {
            origin.write(in.retainedSlice(in.readerIndex(), part));
        }
        in.skipBytes(part + swallowed);
        if (last) {
            origin.end(firstTrailers);
            origin.requestSent(responseHeadTicks);
        }
        return null;
    }

    /** Bytes of another protocol. */
    void moreOfTunnel(ByteBuf in, Upstream origin) {
        received += in.readableBytes();
        loop.stats().bytesToOrigins.add(in.readableBytes());
        origin.write(in.readRetainedSlice(in.readableBytes()));
    }

    /** The origin takes no more: what is still to come is read and thrown away, up to the limit. */
    void discardRest() {
        become(State.DISCARDED);
    }

    /** The protocol is switched. */
    void tunnel() {
        become(State.TUNNEL);
    }

    /** The client has ended its side of the tunnel. */
    void endTunnel() {
        become(State.ENDED);
    }

    private ByteBuf first() {
        ByteBuf kept = first.get();
        assert kept != null : "nothing kept to send";
        return kept;
    }

    /** The request will not be sent again. */
    void forgetFirst() {
        first.drop();
        loop.scanner().letGo(this);
    }

    /** The exchange is over. */
    void end() {
        forgetFirst();
        become(State.FREE);
    }
}
