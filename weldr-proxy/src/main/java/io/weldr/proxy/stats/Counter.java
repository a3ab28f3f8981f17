package io.weldr.proxy.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that one event loop counts and any thread reads. No lock, no atomic instruction, no fence on the way. */
public final class Counter {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through VALUE
    private long value;

    /** Adds; only on the owning loop. */
    public void add(long more) {
        VALUE.setOpaque(this, (long) VALUE.getOpaque(this) + more);
    }

    /** Adds one; only on the owning loop. */
    public void increment() {
        add(1);
    }

    /** The number as it is about now; any thread. */
    public long get() {
        return (long) VALUE.getOpaque(this);
    }
}
