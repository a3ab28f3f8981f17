package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.tls.TlsException;
import io.weldr.proxy.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of a link. Parts that are written one after another share a record as far as they fit into one: a record of
 * its own for the head and for a small body costs more than to copy them. Confined to the event loop.
 */
final class Shield {
    /** What one record holds. */
    private static final int RECORD_BYTES = 16 * 1024;

    private final TlsSession session;
    private final TlsSession.Wire wire;
    private @Nullable ByteBuf waiting; // until the next flush; no longer than a turn of the loop

    Shield(TlsSession session, TlsSession.Wire wire) {
        this.session = session;
        this.wire = wire;
    }

    TlsSession session() {
        return session;
    }

    TlsSession.Wire wire() {
        return wire;
    }

    /** Takes over the buffer. */
    void write(ByteBuf part, ByteBufAllocator allocator) {
        ByteBuf before = waiting;
        if (before != null && before.readableBytes() + part.readableBytes() <= RECORD_BYTES) {
            waiting = null;
            waiting = join(before, part, allocator);
            return;
        }
        try {
            encrypt();
        } catch (Throwable e) {
            part.release();
            throw e;
        }
        if (part.readableBytes() < RECORD_BYTES) {
            waiting = part;
        } else {
            send(part);
        }
    }

    private static ByteBuf join(ByteBuf before, ByteBuf part, ByteBufAllocator allocator) {
        try {
            int size = before.readableBytes() + part.readableBytes();
            return allocator.directBuffer(size).writeBytes(before).writeBytes(part);
        } finally {
            before.release();
            part.release();
        }
    }

    /** Makes records of what waits. */
    void encrypt() {
        ByteBuf plain = waiting;
        if (plain != null) {
            waiting = null;
            send(plain);
        }
    }

    private void send(ByteBuf plain) {
        try {
            session.write(plain, wire);
        } catch (TlsException e) {
            drop(); // the session has failed before, and whoever reads is told, or it has ended
        }
    }

    /** Says that this side sends no more, behind what waits. */
    void end() {
        encrypt();
        session.end(wire);
    }

    void free() {
        drop();
        session.free();
    }

    private void drop() {
        ByteBuf plain = waiting;
        waiting = null;
        if (plain != null) {
            plain.release();
        }
    }
}
