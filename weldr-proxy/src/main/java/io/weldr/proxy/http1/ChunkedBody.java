package io.weldr.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a chunked body as its bytes arrive (RFC 9112 section 7.1) and refuses all that two readers could
 * understand differently: bare CR or LF, signs, spaces or prefixes in a size, overflow, endless extensions, a quoted
 * string that does not end on its line; and a body that is mostly framing. Bytes are passed on as they came, except a
 * trailer section, which is held back and filtered ({@link Trailers}).
 */
final class ChunkedBody {

    private enum State {
        SIZE_FIRST,
        SIZE,
        EXTENSION,
        QUOTED,
        QUOTED_PAIR,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_FIRST,
        END_LF,
        TRAILERS,
        DONE
    }

    /** A chunk this large is a mistake or an attack; 16 digits would overflow soon after. */
    private static final long CHUNK_BYTES_MAX = 1L << 56;

    /**
     * A chunk may cost this much beside its content: its size in full and some. What is more is an extension or leading
     * zeros, and counts as excess.
     */
    private static final int FREE_LINE_BYTES = 16;
    /**
     * Content pays for excess: twice its own size. Signatures of large chunks are no excess then, of tiny ones they
     * are.
     */
    private static final int FREE_BYTES_PER_BYTE = 2;
    /** Beyond this a body is made to keep us busy with what never counts as content. */
    private static final int EXCESS_BYTES_MAX = 16 * 1024;

    private final int lineBytesMax;
    private final Trailers trailers;
    private State state = State.DONE;
    private long size;
    private int lineBytes;
    private long dataBytes;
    private long excessBytes;
    private @Nullable Failure failure;

    ChunkedBody(ProxyLimits limits) {
        lineBytesMax = limits.chunkLineBytesMax();
        trailers = new Trailers(limits);
    }

    void start() {
        state = State.SIZE_FIRST;
        size = 0;
        lineBytes = 0;
        dataBytes = 0;
        excessBytes = 0;
        failure = null;
        trailers.reset();
    }

    boolean done() {
        return state == State.DONE && failure == null;
    }

    @Nullable Failure failure() {
        return failure;
    }

    /** Bytes of content seen so far, framing left out. */
    long dataBytes() {
        return dataBytes;
    }

    Trailers trailers() {
        return trailers;
    }

    /**
     * Walks through {@code in[from, end)}.
     *
     * @param content receives the content alone when not null, for a reader that does not know chunks
     * @return where the bytes end that may be passed on verbatim; {@link #taken} says where this body's bytes end
     */
    int walk(ByteBuf in, int from, int end, @Nullable ByteBuf content) {
        int i = from;
        while (i < end && state != State.DONE) {
            switch (state) {
                case DATA -> {
                    int part = (int) Math.min(size, end - i);
                    if (content != null) {
                        content.writeBytes(in, i, part);
                    }
                    i += part;
                    size -= part;
                    dataBytes += part;
                    if (size == 0) {
                        state = State.DATA_CR;
                    }
                }
                case TRAILERS -> {
                    taken = trailers.add(in, i, end);
                    if (trailers.refused()) {
                        failure = Failure.BAD_CHUNK;
                    } else if (trailers.complete()) {
                        state = State.DONE;
                    }
                    return i;
                }
                default -> {
                    if (state == State.TRAILER_FIRST && in.getByte(i) != Octets.CR) {
                        state = State.TRAILERS;
                    } else if (!step(in.getByte(i))) {
                        failure = Failure.BAD_CHUNK;
                        taken = i;
                        return i;
                    } else {
                        i++;
                    }
                }
            }
        }
        taken = i;
        return i;
    }

    private int taken;

    /** Where the bytes of this body ended in the last {@link #walk}. */
    int taken() {
        return taken;
    }

    private boolean step(byte octet) {
        switch (state) {
            case SIZE_FIRST -> {
                lineBytes = 0;
                size = 0;
                state = State.SIZE;
                return digit(octet);
            }
            case SIZE -> {
                if (octet == Octets.CR) {
                    state = State.SIZE_LF;
                    return true;
                }
                if (octet == ';') {
                    state = State.EXTENSION;
                    return countLine();
                }
                return digit(octet);
            }
            case EXTENSION -> {
                if (octet == Octets.CR) {
                    state = State.SIZE_LF;
                    return true;
                }
                if (octet == '"') {
                    state = State.QUOTED;
                }
                return octet > 0 && Octets.is(octet, Octets.VALUE) && countLine();
            }
            case QUOTED -> {
                if (octet == '"') {
                    state = State.EXTENSION;
                } else if (octet == '\\') {
                    state = State.QUOTED_PAIR;
                }
                return Octets.is(octet, Octets.VALUE) && countLine();
            }
            case QUOTED_PAIR -> {
                state = State.QUOTED;
                return Octets.is(octet, Octets.VALUE) && countLine();
            }
            case SIZE_LF -> {
                state = size == 0 ? State.TRAILER_FIRST : State.DATA;
                return octet == Octets.LF && countExcess();
            }
            case DATA_CR -> {
                state = State.DATA_LF;
                return octet == Octets.CR;
            }
            case DATA_LF -> {
                state = State.SIZE_FIRST;
                return octet == Octets.LF;
            }
            case TRAILER_FIRST -> {
                state = State.END_LF;
                return octet == Octets.CR;
            }
            case END_LF -> {
                state = State.DONE;
                return octet == Octets.LF;
            }
            case DATA, TRAILERS, DONE -> throw new AssertionError(state);
        }
        throw new AssertionError(state);
    }

    private boolean digit(byte octet) {
        if (!Octets.is(octet, Octets.HEX)) {
            return false;
        }
        size = size << 4 | Octets.hexValue(octet);
        return size < CHUNK_BYTES_MAX && countLine();
    }

    private boolean countExcess() {
        excessBytes = Math.max(0, excessBytes + lineBytes - FREE_LINE_BYTES - FREE_BYTES_PER_BYTE * size);
        return excessBytes <= EXCESS_BYTES_MAX;
    }

    private boolean countLine() {
        return ++lineBytes <= lineBytesMax;
    }
}
