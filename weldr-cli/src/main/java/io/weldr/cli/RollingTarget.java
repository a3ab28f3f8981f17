package io.weldr.cli;

import java.time.Duration;

/**
 * The cluster that a rolling restart works on. Confined to one thread; calls block, and throw {@link CliException} if
 * no node answers.
 */
interface RollingTarget {
    RollingView look();

    RollingOrigins origins();

    /** Has that member restart, unless its process is another one by now, or the cluster cannot do without it. */
    void restart(RollingView.Node node);

    void transferLeadership(String to);

    /** A clock that never goes back. */
    long nanos();

    void pause(Duration time);
}
