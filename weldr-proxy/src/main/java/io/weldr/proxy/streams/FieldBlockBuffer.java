package io.weldr.proxy.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import org.jspecify.annotations.Nullable;

/**
 * A field block that comes in several frames (RFC 9113 section 4.3), kept until it is complete. Confined to the event
 * loop.
 */
public final class FieldBlockBuffer {

    private final int bytesMax;
    private final int framesMax;
    private final HeldBuffer kept;
    private int bytes;
    private int frames;
    private boolean endStream;

    /**
     * Nothing is kept.
     *
     * @param account of the connection
     */
    public FieldBlockBuffer(ProxyLimits limits, HeldBytes.Account account) {
        bytesMax = limits.headBytesMax();
        framesMax = limits.http2BlockFramesMax();
        kept = new HeldBuffer(account);
    }

    /** A block begins. */
    public void begin(boolean endsStream) {
        kept.drop();
        bytes = 0;
        frames = 0;
        endStream = endsStream;
    }

    /** Whether the stream ends with the block. */
    public boolean endStream() {
        return endStream;
    }

    /** Keeps the next part, lent for the call, and says which limit that exceeds; null: none. */
    public @Nullable Http2Limit add(ByteBufAllocator allocator, ByteBuf fragment) {
        frames++;
        bytes += fragment.readableBytes();
        if (frames > framesMax) {
            return Http2Limit.BLOCK_FRAMES;
        }
        if (bytes > bytesMax) {
            return Http2Limit.BLOCK_BYTES;
        }
        if (fragment.isReadable()) {
            kept.append(allocator, fragment.retain());
        }
        return null;
    }

    /** Gives the whole block to the caller; null: it is empty. */
    public @Nullable ByteBuf take() {
        return kept.take();
    }

    /** Throws away what is kept. */
    public void drop() {
        kept.drop();
    }
}
