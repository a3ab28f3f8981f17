package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A place for one buffer that has to wait, and counts as {@link HeldBytes} while it does. Confined to the loop. */
public final class HeldBuffer {

    private final HeldBytes all;
    private @Nullable ByteBuf buffer;
    private long held;

    /** An empty place. */
    public HeldBuffer(HeldBytes all) {
        this.all = all;
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
        all.add(held);
    }

    /** Gives the buffer to the caller; null: there is none. */
    public @Nullable ByteBuf take() {
        ByteBuf taken = buffer;
        if (taken != null) {
            buffer = null;
            all.add(-held);
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

    /** Bytes that are held here. */
    public long held() {
        return held;
    }
}
