package io.weldr.core.port;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The process of this node, and how it is restarted: it stops as on SIGTERM, and its service manager starts it again.
 * Any thread; never blocks.
 */
public interface ProcessControl {
    /** This process. The same at every call. */
    Facts facts();

    /**
     * Says that this node is about to restart, to members that ask, until {@link #release}. Nothing else changes.
     *
     * @return false: another caller has said so, or the node is stopping already
     */
    boolean reserve();

    /** Takes back what {@link #reserve} said. */
    void release();

    /** Whether this node is about to restart, or restarts. */
    boolean restarting();

    /**
     * Begins to stop, and returns at once: the node is not ready from now on. Its process ends with the exit code that
     * asks for a restart.
     *
     * @param by who asked for it, and why, for the log
     * @return false: the node is stopping already
     */
    boolean restart(String by);

    /**
     * A process.
     *
     * @param startedAt when it started, by the clock of its machine
     * @param version of its program
     * @param serviceManager which service manager starts it again once it has ended; null: none
     * @param drainTimeout how long exchanges under way may take when it stops
     */
    record Facts(
            Instant startedAt, String version, @Nullable String serviceManager, Duration drainTimeout) {}
}
