package io.weldr.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http.Octets;
import org.jspecify.annotations.Nullable;

/** The bytes of a head that arrives in pieces: kept in a buffer of about their own size until the rest comes. */
public final class HeadBytes {

    /** A head that has not come whole is scanned in the first read up to here; nearly all are shorter. */
    private static final int COMMON_HEAD_BYTES = 2048;

    private HeadBytes() {}

    /**
     * Copies the readable bytes to {@code scratch}, as many as fit, and scans them. The buffer is not changed.
     *
     * @param scratch as long as the longest head that is accepted
     */
    public static Scan scan(Head head, ByteBuf in, byte[] scratch) {
        int available = Math.min(in.readableBytes(), scratch.length);
        int first = Math.min(available, COMMON_HEAD_BYTES);
        in.getBytes(in.readerIndex(), scratch, 0, first);
        Scan scan = head.scan(scratch, first);
        if (scan == Scan.INCOMPLETE && available > first) {
            in.getBytes(in.readerIndex() + first, scratch, first, available - first);
            scan = head.scan(scratch, available);
        }
        return scan;
    }

    /**
     * An empty line in front of a request, as some clients send it behind a body: no request has begun (RFC 9112
     * section 2.2).
     */
    public static boolean onlyEmptyLine(ByteBuf in) {
        return in.readableBytes() == 2
                && in.getByte(in.readerIndex()) == Octets.CR
                && in.getByte(in.readerIndex() + 1) == Octets.LF;
    }

    /** Whether what is there may become {@link #onlyEmptyLine}. */
    public static boolean mayBeEmptyLine(ByteBuf in) {
        return in.readableBytes() == 1 && in.getByte(in.readerIndex()) == Octets.CR;
    }

    /** Puts what has arrived behind what was kept. Owns both, also if it fails; the caller owns the result. */
    public static ByteBuf join(@Nullable ByteBuf kept, ByteBuf arrived) {
        if (kept == null) {
            return arrived;
        }
        try {
            return kept.writeBytes(arrived);
        } catch (Throwable e) { // there is no room for it
            kept.release();
            throw e;
        } finally {
            arrived.release();
        }
    }

    /**
     * Whether a scan can come to anything new: only an end of line or reaching the limit changes what is known. A
     * sender of single bytes is then not worth a scan for each.
     */
    public static boolean worthScanning(@Nullable ByteBuf kept, ByteBuf arrived, int headBytesMax) {
        return kept == null
                || kept.readableBytes() + arrived.readableBytes() >= headBytesMax
                || arrived.indexOf(arrived.readerIndex(), arrived.writerIndex(), Octets.LF) >= 0;
    }

    /**
     * Takes over {@code in}, also if it fails, and gives back a buffer with its readable bytes and room for some more.
     */
    public static ByteBuf keep(ByteBufAllocator allocator, ByteBuf in) {
        if (in.writableBytes() > 0 && in.capacity() <= 4 * in.readableBytes()) {
            return in;
        }
        try {
            return allocator.buffer(2 * in.readableBytes()).writeBytes(in);
        } finally {
            in.release();
        }
    }
}
