package io.weldr.proxy.upstream;

import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.DeadlineWheel;
import org.jspecify.annotations.Nullable;

/**
 * For how long, and for how many requests more, a connection may be reused.
 *
 * <ul>
 * <li>The origin says so: {@code Keep-Alive: timeout=5, max=100}. Whoever sends a request when that time is just over
 * finds the connection closed, and a POST is not sent twice. <li>A connection that has reached its age is not reused.
 * <li>A connection to an address that the name of the origin no longer has is not reused. </ul>
 *
 * <p>Confined to the loop of its connection.
 */
final class ReuseTerms {

    /** A request that leaves us this much before the origin's time is over reaches it in time. */
    private static final long MARGIN_MILLIS = 1000;

    private final int idleTicksMax;
    private final DeadlineWheel wheel;
    private final long lastTick;
    private final @Nullable AddressWatch address;
    private int idleTicks;
    private long requestsLeft = Long.MAX_VALUE;

    /**
     * Terms that begin now.
     *
     * @param idleTicksMax how long an idle connection is kept that the origin says nothing of, and at most
     * @param ageTicks how old the connection may get; 0: as old as it likes
     * @param address whether the connection still leads to where the origin is; null: always
     */
    ReuseTerms(int idleTicksMax, DeadlineWheel wheel, int ageTicks, @Nullable AddressWatch address) {
        this.idleTicksMax = idleTicksMax;
        this.wheel = wheel;
        this.address = address;
        lastTick = ageTicks == 0 ? Long.MAX_VALUE : wheel.now() + ageTicks;
        idleTicks = idleTicksMax;
    }

    /** What was said holds until something else is said. */
    void answered(ResponseHead head) {
        if (head.hasKeepAlive()) {
            long seconds = head.keepAliveSeconds();
            if (seconds >= 0) {
                idleTicks = ticks(seconds);
            }
            long most = head.keepAliveRequests();
            if (most >= 0) {
                requestsLeft = Math.min(requestsLeft, most);
            }
        }
        // Some origins count down and mean those to come, others repeat how many a connection may have in all. One less
        // is right for both: the last response of one that counts down announces the end anyhow.
        if (requestsLeft != Long.MAX_VALUE && requestsLeft > 0) {
            requestsLeft--;
        }
    }

    private int ticks(long seconds) {
        if (seconds > idleTicksMax) {
            return idleTicksMax; // also what would overflow
        }
        long millis = seconds * 1000;
        long wait = millis - Math.min(MARGIN_MILLIS, millis / 2);
        return wait == 0 ? 0 : (int) Math.min(idleTicksMax, wait / DeadlineWheel.TICK_MILLIS + 1);
    }

    boolean allowAnother() {
        return requestsLeft > 0 && idleTicks > 0 && wheel.now() < lastTick && (address == null || address.isCurrent());
    }

    /** How long it may be idle; above 0 when another request is allowed. */
    int idleTicks() {
        return (int) Math.min(idleTicks, Math.max(1, lastTick - wheel.now()));
    }
}
