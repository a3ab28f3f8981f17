package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** What was written to a connection and has not left: the kernel takes no more for now. On the loop of the connection. */
public final class Backlog {

    /** Up to here a copy costs less than what may hang on the original: a read buffer of 4 KiB and more, kept for a few bytes of it. */
    private static final int COPY_BYTES_MAX = 1024;

    private Backlog() {}

    /** How much of it there is, with Netty's allowance for each part. */
    public static long bytes(Channel channel) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    /**
     * The part to be written next, in a buffer that may wait. A backlog is limited by its bytes; one of small parts, each in
     * the buffer that it was read into, would hold many times as much memory. Owns {@code part}, also if it fails; the
     * caller owns the result.
     *
     * @param waits whether the peer is known to be slow, so that the part will wait: then it is worth a copy if its buffer is
     *     more than twice its size
     */
    static ByteBuf fit(Channel channel, ByteBuf part, boolean waits) {
        int size = part.readableBytes();
        boolean small = size <= COPY_BYTES_MAX && bytes(channel) > 0;
        if (size == 0 || !(small || (waits && HeldBytes.capacity(part) > 2L * size))) {
            return part;
        }
        try {
            return channel.alloc().directBuffer(size, size).writeBytes(part);
        } finally {
            part.release();
        }
    }
}
