package io.weldr.proxy.loop;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Sizes the buffer of the next read: small while heads come and go, large as soon as a read fills it because a body is
 * streaming, and small again when reads no longer need it. A buffer is allocated when there is something to read and
 * belongs to whoever it is handed to: idle connections hold none.
 */
public final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {

    private static final int SMALL_BYTES = 4 * 1024;
    private static final int LARGE_BYTES = 64 * 1024;
    /** Reads that would have fitted into the next smaller buffer before it is used again. */
    private static final int SLACK_READS = 4;

    /** Read calls in a row for one connection before others get their turn. */
    private static final int READS_IN_A_ROW = 8;

    public ReadBuffers() {
        super(READS_IN_A_ROW);
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
            return size;
        }

        @Override
        public void lastBytesRead(int bytes) {
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
