package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * What was written to a connection and has not left: the kernel takes no more for now. Counts what it holds, and knows
 * whether the peer takes some of it. On the loop of the connection.
 */
final class Backlog {

    /**
     * Up to here a copy costs less than what may hang on the original: a read buffer of 4 KiB and more, kept for a few
     * bytes of it.
     */
    private static final int COPY_BYTES_MAX = 1024;

    private final HeldBytes.Account account;

    // What it holds, and what has been written since that was counted.
    private long held;
    private long counted;
    private long writtenBytes;
    private long writtenCapacity;

    // What the peer had taken at the last look.
    private long backlogSeen;
    private long acknowledgedSeen;
    private boolean looked;

    Backlog(HeldBytes.Account account) {
        this.account = account;
    }

    /** How much of it there is, with Netty's allowance for each part. */
    static long bytes(Channel channel) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    /**
     * The part to be written next, in a buffer that may wait. A backlog is limited by its bytes; one of small parts,
     * each in the buffer that it was read into, would hold many times as much memory. Where the peer is known to be
     * slow, a part is also copied if its buffer is more than twice its size. Owns {@code part}, also if it fails; the
     * caller owns the result.
     */
    ByteBuf fit(Channel channel, ByteBuf part) {
        int size = part.readableBytes();
        boolean small = size <= COPY_BYTES_MAX && bytes(channel) > 0;
        ByteBuf fitting = part;
        if (size > 0 && (small || (held > 0 && HeldBytes.capacity(part) > 2L * size))) {
            try {
                fitting = channel.alloc().directBuffer(size, size).writeBytes(part);
            } finally {
                part.release();
            }
        }
        writtenBytes += size;
        writtenCapacity += HeldBytes.capacity(fitting);
        return fitting;
    }

    /**
     * Counts what it holds. Nobody tells how much of each buffer has left: of a backlog that has become shorter, the
     * same share of what it held is taken to be held still.
     *
     * @param backlog bytes of it now
     */
    void count(long backlog) {
        long now = 0;
        if (backlog > 0) {
            long before = counted + writtenBytes;
            long capacity = held + writtenCapacity;
            now = backlog >= before ? capacity : (long) ((double) capacity * backlog / before);
        }
        counted = backlog;
        writtenBytes = 0;
        writtenCapacity = 0;
        long more = now - held;
        held = now;
        account.add(more);
    }

    /** {@link #progressed} is asked from now on. */
    void watch(Channel channel) {
        looked = false;
        backlogSeen = bytes(channel);
    }

    /**
     * Whether the peer has taken some of it since the last look; at the first look: always, since that only finds out
     * where the peer stands. The kernel may hold megabytes, and take more from us only when a good part of them has
     * left. So what counts is also what the peer has acknowledged. False where there is no backlog.
     */
    boolean progressed(Channel channel) {
        long backlog = bytes(channel);
        if (backlog == 0) {
            return false;
        }
        long acknowledged = TcpInfo.bytesAcknowledged(channel);
        boolean moved = !looked || backlog != backlogSeen || acknowledged != acknowledgedSeen;
        looked = true;
        backlogSeen = backlog;
        acknowledgedSeen = acknowledged;
        return moved;
    }
}
