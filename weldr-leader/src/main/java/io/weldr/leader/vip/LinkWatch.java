package io.weldr.leader.vip;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Judges the interfaces of the virtual IPs by looks at them, and says when a holder should look for a member that can
 * serve in its place. Pure; times are nanoseconds of the caller's. Not thread safe.
 */
final class LinkWatch {
    /** A few looks a second: the address is to be elsewhere within 5 s of a fault. */
    static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /** A link that negotiates anew after a flicker of its cable is back within this time. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /**
     * How long an interface must have been well before this node says that it can hold the addresses: a link that flaps
     * would move them to and fro.
     */
    static final Duration SETTLED = Duration.ofSeconds(3);

    /** The other members are asked again while nobody can take over. */
    static final Duration ASK_EVERY = Duration.ofSeconds(1);

    /**
     * After leadership was handed over for a fault here, others do not hand it back for this long. Each further time
     * doubles it, up to the longest: a fault that shows only on the holder would move the addresses from member to
     * member without end.
     */
    static final Duration REST_MIN = Duration.ofSeconds(10);

    static final Duration REST_MAX = Duration.ofMinutes(10);

    private @Nullable String fault;
    private boolean looked;
    private long turnedNanos; // when it turned from well to faulty, or back
    private long startedNanos;
    private boolean asked;
    private long askedNanos;
    private long gaveWayNanos;
    private long restNanos; // 0: it never has given way

    LinkWatch(long nowNanos) {
        startedNanos = nowNanos;
    }

    /**
     * One look.
     *
     * @param found why clients cannot reach an address; null: they can
     * @return whether it turned
     */
    boolean looked(@Nullable String found, long nowNanos) {
        boolean turned = (found == null) != (fault == null);
        if (turned) {
            turnedNanos = nowNanos;
            asked = false;
        } else if (!looked) {
            turnedNanos = startedNanos - SETTLED.toNanos(); // who knows for how long it has been so
        }
        looked = true;
        fault = found;
        return turned;
    }

    /** What is wrong for longer than a flicker; null: nothing. */
    @Nullable String trouble(long nowNanos) {
        return nowNanos - turnedNanos >= PATIENCE.toNanos() ? fault : null;
    }

    /** Whether this node could hold the addresses if it led. */
    boolean canHold(long nowNanos) {
        boolean rested = restNanos == 0 || nowNanos - gaveWayNanos >= restNanos;
        return looked && fault == null && rested && nowNanos - turnedNanos >= SETTLED.toNanos();
    }

    /** Leadership was handed over for a fault here. */
    void gaveWay(long nowNanos) {
        boolean again = restNanos != 0 && nowNanos - gaveWayNanos < restNanos + REST_MAX.toNanos();
        restNanos = again ? Math.min(2 * restNanos, REST_MAX.toNanos()) : REST_MIN.toNanos();
        gaveWayNanos = nowNanos;
    }

    /** Whether a holder should ask the others now. True once for each time that they are to be asked. */
    boolean shouldAsk(long nowNanos) {
        if (trouble(nowNanos) == null || (asked && nowNanos - askedNanos < ASK_EVERY.toNanos())) {
            return false;
        }
        asked = true;
        askedNanos = nowNanos;
        return true;
    }
}
