package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import org.jspecify.annotations.Nullable;

/** A field block that comes in several frames (RFC 9113 section 4.3), kept until it is complete. Confined to the event loop. */
final class H2Block {

    private final int bytesMax;
    private final int framesMax;
    private final HeldBuffer kept;
    private int bytes;
    private int frames;
    private boolean endStream;

    H2Block(ProxyLimits limits, HeldBytes.Account account) {
        bytesMax = limits.headBytesMax();
        framesMax = limits.http2BlockFramesMax();
        kept = new HeldBuffer(account);
    }

    /** A block begins. */
    void begin(boolean endsStream) {
        kept.drop();
        bytes = 0;
        frames = 0;
        endStream = endsStream;
    }

    /** Whether the stream ends with the block. */
    boolean endStream() {
        return endStream;
    }

    /** Keeps the next part, lent for the call, and says which limit that exceeds; null: none. */
    @Nullable Http2Limit add(ByteBufAllocator allocator, ByteBuf fragment) {
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
    @Nullable ByteBuf take() {
        return kept.take();
    }

    void drop() {
        kept.drop();
    }
}
