package io.weldr.node.systemd;

import io.weldr.core.Check;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the watchdog of the service manager as long as the event loops of the proxy run: a message for each period in
 * which every loop has run. The service manager restarts a node that sends none for {@code WatchdogSec}. A node whose
 * proxy does not serve (a witness, or a removed node that idles) feeds as long as this thread runs.
 *
 * <p>Consensus and the admin API do not count: traffic flows without them, and a restart would cut it. This thread
 * calls nothing that can wait for them. A quarter of {@code WatchdogSec} between two messages leaves three quarters for
 * a pause, of the garbage collector or of the machine.
 */
final class Watchdog {
    /** The timer of a loop is due each 100 ms. In less time than this a loop may be silent that works. */
    private static final Duration SILENCE_MIN = Duration.ofMillis(500);

    /**
     * After a pause of the whole process, its loops have to run before the next message is due, and then that is late
     * already.
     */
    private static final Duration RETRY = Duration.ofMillis(100);

    private static final int MESSAGES_EACH_TIMEOUT = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final Duration period;
    private final Duration silenceMax;
    private final Supplier<Duration> workerSilence;
    private final Runnable feed;
    private boolean withheld; // by the one thread that calls check

    /**
     * @param timeout after which the service manager acts
     * @param workerSilence for how long the most silent loop has not run; zero if the proxy does not serve; must not
     *     block
     * @param feed sends a message; must not block
     */
    Watchdog(Duration timeout, Supplier<Duration> workerSilence, Runnable feed) {
        this.workerSilence = workerSilence;
        this.feed = feed;
        period = timeout.dividedBy(MESSAGES_EACH_TIMEOUT);
        silenceMax = period.compareTo(SILENCE_MIN) < 0 ? SILENCE_MIN : period;
    }

    /** Feeds if every loop has run in the last period. Returns after how long to call this again. */
    Duration check() {
        Duration silence = workerSilence.get();
        boolean alive = silence.compareTo(silenceMax) < 0;
        if (alive) {
            feed.run();
        } else if (!withheld) {
            LOG.error(
                    "A worker of the proxy has not run for {} ms; the service manager restarts the node if that lasts",
                    silence.toMillis());
        }
        if (alive && withheld) {
            LOG.warn("All workers of the proxy run again");
        }
        withheld = !alive;
        return alive ? period : RETRY;
    }

    /** Begins to feed, in a thread of its own, until the process ends. */
    void start() {
        LOG.debug("feeding the watchdog of the service manager each {}", Check.text(period));
        Thread thread = new Thread(this::run, "weldr-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(check().toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
