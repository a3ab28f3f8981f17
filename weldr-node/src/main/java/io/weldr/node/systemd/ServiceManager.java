package io.weldr.node.systemd;

import io.weldr.core.Check;
import io.weldr.node.lifecycle.NodeReport;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process: systemd with {@code Type=notify}, or another one with the protocol
 * of sd_notify(3). Without {@code NOTIFY_SOCKET} in the environment nothing here does anything, and no thread
 * starts.
 */
public final class ServiceManager {
    /** How soon it hears that the node is ready. */
    private static final Duration LOOK_EACH = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final @Nullable NotifySocket socket;
    private final @Nullable Duration watchdogTimeout;
    private final Notifications notifications = new Notifications(); // guarded by itself
    private boolean feeding; // by the thread weldr-notify
    private boolean failed; // by the thread weldr-notify; whether the latest look did

    private ServiceManager(@Nullable NotifySocket socket, @Nullable Duration watchdogTimeout) {
        this.socket = socket;
        this.watchdogTimeout = watchdogTimeout;
    }

    /** The one that this environment names, by NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
    public static ServiceManager of(Map<String, String> environment) {
        String name = environment.get("NOTIFY_SOCKET");
        NotifySocket socket = name == null || name.isEmpty() ? null : NotifySocket.open(name);
        return new ServiceManager(
                socket,
                socket == null
                        ? null
                        : watchdogTimeout(environment, ProcessHandle.current().pid()));
    }

    /** As sd_watchdog_enabled(3) reads it. */
    static @Nullable Duration watchdogTimeout(Map<String, String> environment, long self) {
        String micros = environment.get("WATCHDOG_USEC");
        String process = environment.get("WATCHDOG_PID");
        if (micros == null || (process != null && !process.equals(Long.toString(self)))) {
            return null; // there is none, or it watches the process that started this one
        }
        try {
            long parsed = Long.parseLong(micros);
            if (parsed > 0) {
                return Duration.of(parsed, ChronoUnit.MICROS);
            }
        } catch (NumberFormatException e) {
            LOG.debug("not a number", e);
        }
        LOG.warn(
                "WATCHDOG_USEC: {} is ignored, and the watchdog is not fed (expected: microseconds, 1 or more)",
                Check.quote(micros));
        return null;
    }

    /**
     * Tells it from now on how the node is: ready once, its status as that changes, and that its workers run.
     *
     * @param node any thread; called only here, each quarter of a second
     * @param workerSilence for how long the most silent event loop of the proxy has not run; never blocks
     */
    public void watch(Supplier<NodeReport> node, Supplier<Duration> workerSilence) {
        NotifySocket to = socket;
        if (to == null) {
            return;
        }
        Thread thread = new Thread(() -> follow(to, node, workerSilence), "weldr-notify");
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(NotifySocket to, Supplier<NodeReport> node, Supplier<Duration> workerSilence) {
        try {
            while (true) {
                failed = !lookedAt(to, node, workerSilence);
                TimeUnit.NANOSECONDS.sleep(LOOK_EACH.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean lookedAt(NotifySocket to, Supplier<NodeReport> node, Supplier<Duration> workerSilence) {
        try {
            look(to, node.get(), workerSilence);
            return true;
        } catch (RuntimeException e) {
            if (!failed) {
                LOG.warn("The service manager cannot be told how the node is; trying again", e);
            }
            return false;
        }
    }

    private void look(NotifySocket to, NodeReport report, Supplier<Duration> workerSilence) {
        boolean ready;
        synchronized (notifications) {
            String message = notifications.next(report, System.nanoTime());
            if (message != null) {
                to.send(message); // within, so that nothing is sent behind STOPPING=1 that was decided before
            }
            ready = notifications.running();
        }
        // Not before the node is ready: systemd starts its watchdog with READY=1, or with the first message for it.
        if (ready && !feeding && watchdogTimeout != null) {
            feeding = true;
            new Watchdog(watchdogTimeout, workerSilence, () -> to.send("WATCHDOG=1")).start();
        }
    }

    /**
     * Tells it that the node begins to stop, and from now on to wait, but no longer than {@code atMost}: the timeout of
     * the unit may be shorter than the time that the node has to drain.
     */
    public void stopping(Duration atMost) {
        NotifySocket to = socket;
        if (to == null) {
            return;
        }
        synchronized (notifications) {
            to.send(notifications.stopping(atMost, System.nanoTime()));
        }
    }
}
