package io.weldr.proxy.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.net.HeldBytes;
import java.util.ArrayDeque;

/** Content of one message that waits for its turn, or for the peer to make room. Confined to the event loop. */
public final class PendingContent {

    private final HeldBytes.Account account;
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private int bytes;

    /**
     * Nothing waits.
     *
     * @param account what the connection holds
     */
    public PendingContent(HeldBytes.Account account) {
        this.account = account;
    }

    public boolean isEmpty() {
        return bytes == 0;
    }

    public int bytes() {
        return bytes;
    }

    /** Takes over a part. A small one that has to wait does not keep the large buffer that it was read into. */
    public void add(ByteBufAllocator allocator, ByteBuf part) {
        int size = part.readableBytes();
        if (size == 0) {
            part.release();
            return;
        }
        ByteBuf fitting = part;
        if (bytes > 0 && HeldBytes.capacity(part) > 4L * size) {
            try {
                fitting = allocator.directBuffer(size, size).writeBytes(part);
            } finally {
                part.release();
            }
        }
        parts.add(fitting);
        bytes += size;
        account.add(HeldBytes.capacity(fitting));
    }

    /** The part to send from. Only if there is one. */
    public ByteBuf first() {
        return parts.element();
    }

    /** So many bytes of the first part were read. */
    public void sent(int size) {
        bytes -= size;
        if (!parts.element().isReadable()) {
            release(parts.remove());
        }
    }

    private void release(ByteBuf part) {
        account.add(-HeldBytes.capacity(part));
        part.release();
    }

    /** Throws away what waits. */
    public void drop() {
        while (!parts.isEmpty()) {
            release(parts.remove());
        }
        bytes = 0;
    }
}
