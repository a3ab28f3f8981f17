package io.weldr.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * The limits of waits in tests. A condition that comes true ends the wait at once, so a long limit costs time only
 * in a test that fails. JUnit finds this class by itself ({@code META-INF/services}): in every test a plain {@code
 * await()} waits this long.
 */
public final class Patience implements LauncherSessionListener {
    /**
     * Longer than anything takes on a machine that is five times slower than a developer's, and stalls now and then.
     */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** {@link #PATIENCE} for calls that take milliseconds, such as {@link java.net.Socket#setSoTimeout}. */
    public static final int PATIENCE_MILLIS = (int) PATIENCE.toMillis();

    /** Set to {@code true} by the profile nightly: promised times are asserted, for the machine does nothing else. */
    public static final String PROMISES_PROPERTY = "weldr.promises";

    private static final int TRIES_MAX = 4;
    private static final int LONGER_EACH_TRY = 4;

    /** A story in which something has to be done by the test before a time is over. */
    public interface TimedStory {
        /**
         * Tells it once.
         *
         * @param time how long the test has for what it does
         * @return whether the test was fast enough. If it was not, nothing may have been asserted that depends on it
         */
        boolean tell(Duration time) throws Exception;
    }

    /**
     * Makes {@link #PATIENCE} the limit of Awaitility in this JVM. A process that JUnit did not start calls this
     * itself.
     */
    public static void apply() {
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    /**
     * Prints how long something took. Asserts that it took no longer than is promised, where promised times are
     * asserted.
     */
    public static void promised(String what, Duration took, Duration atMost) {
        System.out.println(what + ": " + took.toMillis() + " ms (promised: " + atMost.toMillis() + " ms)");
        if (Boolean.getBoolean(PROMISES_PROPERTY) && took.compareTo(atMost) > 0) {
            throw new AssertionError(
                    what + " took " + took.toMillis() + " ms (promised: " + atMost.toMillis() + " ms)");
        }
    }

    /**
     * Tells a story again, with four times the time, as long as this machine was too slow for it: the first try is
     * quick, and a machine that stalls spoils no test.
     */
    public static void withTimeFrom(Duration first, TimedStory story) throws Exception {
        Duration time = first;
        for (int i = 0; i < TRIES_MAX; i++) {
            if (story.tell(time)) {
                return;
            }
            System.out.println("this machine was too slow for a story that gives it " + time.toMillis() + " ms");
            time = time.multipliedBy(LONGER_EACH_TRY);
        }
        throw new AssertionError("this machine was too slow in each of " + TRIES_MAX + " tries, the first with "
                + first.toMillis() + " ms, each further one with four times that");
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        apply();
    }
}
