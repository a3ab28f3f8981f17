package io.weldr.proxy.net;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Sizes the buffer of the next read: small while heads come and go, large as soon as a read fills it because a body is
 * streaming, and small again when reads no longer need it. A buffer is allocated when there is something to read and
 * belongs to whoever it is handed to: idle connections hold none. One object may serve many channels, unless
 * {@link #sip} is used. Confined to the loop of its channels.
 */
public final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {

    private static final int SMALL_BYTES = 4 * 1024;
    private static final int LARGE_BYTES = 64 * 1024;
    /** Reads that would have fitted into the next smaller buffer before it is used again. */
    private static final int SLACK_READS = 4;

    /** Read calls in a row for one connection before others get their turn. */
    private static final int READS_IN_A_ROW = 8;

    private boolean sipping;
    private boolean anew;

    public ReadBuffers() {
        super(READS_IN_A_ROW);
    }

    /** Whether reads stay small, one at a time, because what follows is moved in another way: {@link Pipe}. */
    public void sip(boolean on) {
        sipping = on;
        anew |= on; // the head of the next response should not be read with what would be part of a body again
    }

    @SuppressWarnings("deprecation") // the interface's own return type
    @Override
    public Handle newHandle() {
        return new SizingHandle();
    }

    private final class SizingHandle extends MaxMessageHandle {
        private int size = SMALL_BYTES;
        private int slack;

        @Override
        public int guess() {
            if (anew) {
                anew = false;
                size = SMALL_BYTES;
                slack = 0;
            }
            return sipping ? SMALL_BYTES : size;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return !sipping && super.continueReading(maybeMore);
        }

        @Override
        public void lastBytesRead(int bytes) {
            if (sipping) {
                super.lastBytesRead(bytes);
                return;
            }
            if (bytes == size) {
                size = Math.min(LARGE_BYTES, size * 4);
                slack = 0;
            } else if (size > SMALL_BYTES && bytes > 0 && bytes <= size / 4 && ++slack >= SLACK_READS) {
                size /= 4;
                slack = 0;
            }
            super.lastBytesRead(bytes);
        }
    }
}
