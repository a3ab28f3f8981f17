package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.Body;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.upstream.H1Origin;
import org.jspecify.annotations.Nullable;

/**
 * The request of an exchange on its way to the origin. The buffer that held the end of the head is kept until the request
 * cannot be sent again; body bytes that come later are passed through and never kept.
 */
final class RequestRelay {

    /** Up to here copying body bytes behind the head is cheaper than a second entry in the write. */
    static final int COPY_BYTES_MAX = 2048;

    private final Worker worker;
    private final Body body;
    private @Nullable ByteBuf first;
    private int headStart;
    private int headLength;
    private int firstBody;
    private byte @Nullable [] firstTrailers;
    private boolean discarding;
    private long discarded;
    private boolean anyBody;

    RequestRelay(Worker worker) {
        this.worker = worker;
        body = new Body(worker.limits);
    }

    /**
     * Keeps the buffer whose readable bytes start with the head just scanned, and leaves it readable behind what
     * belongs to this request.
     */
    @Nullable Failure begin(RequestHead head, ByteBuf in) {
        worker.scanned = this;
        first = in.retain();
        headStart = in.readerIndex();
        headLength = head.length();
        firstBody = 0;
        firstTrailers = null;
        discarding = false;
        discarded = 0;
        anyBody = false;
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
        if (body.complete()) {
            firstTrailers = body.trailers(true);
        }
        return body.failure() != null
                ? Failure.BAD_CHUNK
                : tooLarge(body.contentBytes()) ? Failure.BODY_TOO_LARGE : null;
    }

    private boolean tooLarge(long bytes) {
        long max = worker.limits.requestBodyBytesMax();
        return max > 0 && bytes > max;
    }

    /** Whether all of the body has come from the client. */
    boolean complete() {
        return body.complete();
    }

    /** Whether any byte of the body has come. */
    boolean bodyStarted() {
        return anyBody;
    }

    /** Whether everything needed to send the request once more is at hand. */
    boolean replayable() {
        return first != null && (body.complete() && body.contentBytes() <= Integer.MAX_VALUE);
    }

    /** Writes the head and what is there of the body, without flushing. */
    void send(H1Origin origin, ByteBufAllocator allocator, Peer peer, RequestId id, boolean keepForReplay) {
        ByteBuf kept = first();
        RequestHead head = scannedHead(kept);
        var connections = origin.connections();
        worker.requestEditor.write(head, worker.writer, connections.authority(), connections.preserveHost(), peer, id);
        int bodyAt = headStart + headLength;
        boolean copied = firstBody <= COPY_BYTES_MAX;
        byte[] trailers = firstTrailers;
        int size = worker.writer.length() + (copied ? firstBody : 0);
        ByteBuf out = allocator.directBuffer(size);
        worker.writer.writeTo(out);
        if (copied) {
            out.writeBytes(kept, bodyAt, firstBody);
        }
        worker.stats.bytesToOrigins.add(worker.writer.length() + firstBody);
        origin.write(out);
        if (!copied) {
            origin.write(kept.retainedSlice(bodyAt, firstBody));
        }
        if (trailers != null) {
            origin.write(allocator.directBuffer(trailers.length).writeBytes(trailers));
        }
        if (body.complete()) {
            origin.requestSent();
        }
        if (!keepForReplay || !replayable()) {
            forgetFirst();
        }
    }

    /** The head as scanned: usually still in the worker's scratch space, else scanned once more. */
    private RequestHead scannedHead(ByteBuf kept) {
        if (worker.scanned != this) {
            kept.getBytes(headStart, worker.scratch, 0, headLength);
            Scan scan = worker.head.scan(worker.scratch, headLength);
            assert scan == Scan.COMPLETE : "the same bytes were accepted before";
            worker.scanned = this;
        }
        return worker.head;
    }

    /**
     * More bytes from the client. Those of this request go to the origin, or nowhere if it wants no more; those behind it
     * stay readable.
     */
    @Nullable Failure more(ByteBuf in, @Nullable H1Origin origin) {
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
        if (discarding || origin == null) {
            discarded += part;
            in.skipBytes(part + swallowed);
            return discarded > worker.limits.drainBytesMax() ? Failure.CUT_OFF : null;
        }
        worker.stats.bytesToOrigins.add(part);
        if (part > 0) {
            origin.write(in.readRetainedSlice(part));
        }
        in.skipBytes(swallowed);
        if (body.complete()) {
            byte[] trailers = body.trailers(true);
            if (trailers != null) {
                origin.write(in.alloc().directBuffer(trailers.length).writeBytes(trailers));
            }
            origin.requestSent();
        }
        return null;
    }

    /** The origin takes no more: what is still to come is read and thrown away, up to the limit. */
    void discardRest() {
        discarding = true;
    }

    private ByteBuf first() {
        assert first != null : "nothing kept to send";
        return first;
    }

    /** The request will not be sent again. */
    void forgetFirst() {
        if (first != null) {
            first.release();
            first = null;
        }
        if (worker.scanned == this) {
            worker.scanned = null;
        }
    }
}
