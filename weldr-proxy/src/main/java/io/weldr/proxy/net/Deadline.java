package io.weldr.proxy.net;

import org.jspecify.annotations.Nullable;

/**
 * One deadline of one connection, set anew for each wait. Moving it later is a field write; only moving it before the
 * slot it hangs in costs a few pointer writes. Confined to the loop of its wheel.
 */
public final class Deadline {

    static final long OFF = Long.MAX_VALUE;
    /**
     * In place of {@link #visit} while the wheel works through the slot: later than no tick, so it is not hung again.
     */
    static final long VISITING = -1;

    private final DeadlineWheel wheel;
    final Expiry owner;
    long due = OFF;
    /** The tick at which the wheel will look at it; 0 when it does not hang in the wheel. */
    long visit;

    @Nullable Deadline previous;

    @Nullable Deadline next;

    public Deadline(DeadlineWheel wheel, Expiry owner) {
        this.wheel = wheel;
        this.owner = owner;
    }

    /** Expires after that many ticks ({@link DeadlineWheel#ticks}), whatever was set before. */
    public void in(int ticks) {
        due = wheel.now() + ticks;
        if (visit == 0 || due < visit) {
            wheel.hang(this);
        }
    }

    /** Does not expire until set again. It may stay in the wheel until its slot comes by. */
    public void off() {
        due = OFF;
    }

    public boolean isSet() {
        return due != OFF;
    }

    /** Leaves the wheel for good, so that nothing holds on to the owner. */
    public void cancel() {
        due = OFF;
        if (visit != 0) {
            wheel.unhang(this);
        }
    }
}
