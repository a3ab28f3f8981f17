package io.weldr.proxy.exchange;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;

/**
 * The budget of retries: a share of the requests, and a few each second. Without it a pool that is going down would
 * be asked {@link ProxyLimits#connectTriesMax} times as much just when it can take least. Confined to one loop.
 */
public final class RetryBudget {

    private static final long TICKS_A_SECOND = 1000 / DeadlineWheel.TICK_MILLIS;
    /** Credit for at most this many seconds of retries is saved up. */
    private static final int SECONDS_SAVED = 10;

    private final DeadlineWheel wheel;
    private final int percent;
    private final int burst;
    private long second;
    private int burstLeft;
    /** In hundredths of a retry. */
    private long credit;

    public RetryBudget(ProxyLimits limits, DeadlineWheel wheel) {
        this.wheel = wheel;
        percent = limits.retryPercentMax();
        burst = limits.retryBurstMax();
        burstLeft = burst;
    }

    /** A request has been taken on. */
    void request() {
        credit = Math.min(credit + percent, 100L * Math.max(1, burst) * SECONDS_SAVED);
    }

    /** Takes leave for one retry; false when there is none left. */
    boolean tryRetry() {
        long now = wheel.now() / TICKS_A_SECOND;
        if (now != second) {
            second = now;
            burstLeft = burst;
        }
        if (burstLeft > 0) {
            burstLeft--;
            return true;
        }
        if (credit >= 100) {
            credit -= 100;
            return true;
        }
        return false;
    }
}
