package io.weldr.testserver;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The body of an answer, made piece by piece as the reader takes it. */
@FunctionalInterface
interface Body {
    /**
     * The next piece, which the caller now owns, or null at the end. Called on the event loop, and only while there is
     * room.
     */
    @Nullable ByteBuf next();

    /** The first {@code length} bytes of {@link Content}. */
    static Body content(long length) {
        return new Body() {
            private long offset;

            @Override
            public @Nullable ByteBuf next() {
                if (offset == length) {
                    return null;
                }
                ByteBuf piece = Content.piece(offset, length - offset);
                offset += piece.readableBytes();
                return piece;
            }
        };
    }
}
