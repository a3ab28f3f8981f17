package io.weldr.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of one message body while its bytes pass. {@link #take} splits what arrived into this body and what
 * follows it; the bytes themselves are not touched. Started anew for each message.
 */
public final class Body {

    private final ProxyLimits limits;
    private Framing framing = Framing.NONE;
    private long remaining;
    private long taken;
    private @Nullable ChunkedBody chunks; // made for the first chunked body: most connections never see one

    public Body(ProxyLimits limits) {
        this.limits = limits;
    }

    /**
     * Starts with the next message.
     *
     * @param contentLength only for {@link Framing#LENGTH}
     */
    public void start(Framing how, long contentLength) {
        framing = how;
        remaining = how == Framing.LENGTH ? contentLength : 0;
        taken = 0;
        if (how == Framing.CHUNKED) {
            if (chunks == null) {
                chunks = new ChunkedBody(limits);
            }
            chunks.start();
        }
    }

    /** Starts with the body behind {@code head}, which knows what of its trailers goes no further. */
    public void start(Framing how, Head head) {
        start(how, head.contentLength());
        if (how == Framing.CHUNKED) {
            chunked().trailers().endHere(head);
        }
    }

    public Framing framing() {
        return framing;
    }

    /** Whether all of it has been taken. A body without framing ends with its connection: {@link #endOfInput}. */
    public boolean complete() {
        return switch (framing) {
            case NONE -> true;
            case LENGTH -> remaining == 0;
            case CHUNKED -> chunked().done();
            case UNTIL_CLOSE -> false;
        };
    }

    /** The sender ends its side. Says whether the body is whole. */
    public boolean endOfInput() {
        return framing == Framing.UNTIL_CLOSE || complete();
    }

    /** What is wrong with it, or null. */
    public @Nullable Failure failure() {
        return framing == Framing.CHUNKED ? chunked().failure() : null;
    }

    /** Bytes of content so far; chunk framing left out. */
    public long contentBytes() {
        return framing == Framing.CHUNKED ? chunked().dataBytes() : taken;
    }

    /** Bytes still to come; only for {@link Framing#LENGTH}. */
    public long remaining() {
        return remaining;
    }

    /**
     * Finds out how many of the readable bytes are to be passed on verbatim. Beyond them, {@link #swallowed} bytes also
     * belong to this body but must not be passed on: a trailer section, see {@link #trailers}.
     */
    public int take(ByteBuf in) {
        return take(in, null);
    }

    /** As {@link #take(ByteBuf)}; the content alone is also copied to {@code content}, for a chunked body only. */
    public int take(ByteBuf in, @Nullable ByteBuf content) {
        int readable = in.readableBytes();
        swallowed = 0;
        int part;
        switch (framing) {
            case NONE -> part = 0;
            case LENGTH -> {
                part = (int) Math.min(readable, remaining);
                remaining -= part;
            }
            case UNTIL_CLOSE -> part = readable;
            case CHUNKED -> {
                int from = in.readerIndex();
                int end = chunked().walk(in, from, from + readable, content);
                part = end - from;
                swallowed = chunked().taken() - end;
            }
            default -> throw new AssertionError(framing);
        }
        taken += part;
        return part;
    }

    private int swallowed;

    /** As {@link #take(ByteBuf)}, for bytes of a {@link Framing#LENGTH} body that nobody looks at. */
    public void skip(int bytes) {
        assert framing == Framing.LENGTH && bytes <= remaining : framing;
        remaining -= bytes;
        taken += bytes;
    }

    /** Bytes behind those of the last {@link #take} that belong to this body and are held back. */
    public int swallowed() {
        return swallowed;
    }

    /**
     * The end of a chunked body whose trailer section was held back, filtered; null when there was no such section.
     *
     * @param wanted whether the receiver takes trailers; else the section is empty
     */
    public byte @Nullable [] trailers(boolean wanted) {
        return trailers(wanted, FieldNames.NONE);
    }

    /**
     * The same.
     *
     * @param forbidden fields that the sender may not send
     */
    public byte @Nullable [] trailers(boolean wanted, FieldNames forbidden) {
        return framing == Framing.CHUNKED && complete() ? chunked().trailers().relayed(wanted, forbidden) : null;
    }

    private ChunkedBody chunked() {
        assert chunks != null;
        return chunks;
    }
}
