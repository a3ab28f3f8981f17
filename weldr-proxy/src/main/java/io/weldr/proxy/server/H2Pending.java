package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.net.HeldBytes;
import java.util.ArrayDeque;

/** Content of one response that waits for its turn, or for the client to make room. Confined to the event loop. */
final class H2Pending {

    private final HeldBytes.Account account;
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private int bytes;

    /** @param account what the connection holds */
    H2Pending(HeldBytes.Account account) {
        this.account = account;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    int bytes() {
        return bytes;
    }

    /** Takes over a part. A small one that has to wait does not keep the large buffer that it was read into. */
    void add(ByteBufAllocator allocator, ByteBuf part) {
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
    ByteBuf first() {
        return parts.element();
    }

    /** So many bytes of the first part were read. */
    void sent(int size) {
        bytes -= size;
        if (!parts.element().isReadable()) {
            release(parts.remove());
        }
    }

    private void release(ByteBuf part) {
        account.add(-HeldBytes.capacity(part));
        part.release();
    }

    void drop() {
        while (!parts.isEmpty()) {
            release(parts.remove());
        }
        bytes = 0;
    }
}
