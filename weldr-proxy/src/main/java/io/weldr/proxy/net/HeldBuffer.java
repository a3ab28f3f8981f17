package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** A place for one buffer that has to wait, and is counted while it does. Confined to the loop. */
public final class HeldBuffer {

    private final HeldBytes.Account account;
    private @Nullable ByteBuf buffer;
    private long held;

    /** An empty place of the connection that has the account. */
    public HeldBuffer(HeldBytes.Account account) {
        this.account = account;
    }

    public boolean isEmpty() {
        return buffer == null;
    }

    /** The buffer, which stays here; null: there is none. */
    public @Nullable ByteBuf get() {
        return buffer;
    }

    /** Takes over a buffer. Only if there is none. */
    public void put(ByteBuf next) {
        assert buffer == null : "one at a time";
        buffer = next;
        held = HeldBytes.capacity(next);
        account.add(held);
    }

    /**
     * Puts {@code more} behind what waits already, in a wider buffer if need be. Takes over {@code more}, also if it
     * fails; then nothing waits any more.
     */
    public void append(ByteBufAllocator allocator, ByteBuf more) {
        ByteBuf joined = take();
        if (joined == null) {
            put(more);
            return;
        }
        try {
            if (!joined.isWritable(more.readableBytes())) {
                ByteBuf wider = allocator.directBuffer(joined.readableBytes() + more.readableBytes());
                wider.writeBytes(joined);
                joined.release();
                joined = wider;
            }
            joined.writeBytes(more);
        } catch (Throwable e) { // There is no room.
            joined.release();
            throw e;
        } finally {
            more.release();
        }
        put(joined);
    }

    /** Gives the buffer to the caller; null: there is none. */
    public @Nullable ByteBuf take() {
        ByteBuf taken = buffer;
        if (taken != null) {
            buffer = null;
            account.add(-held);
            held = 0;
        }
        return taken;
    }

    /** Releases the buffer, if there is one. */
    public void drop() {
        ByteBuf dropped = take();
        if (dropped != null) {
            dropped.release();
        }
    }
}
