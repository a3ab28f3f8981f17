package io.weldr.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long a test waits for something that must happen. A condition that comes true ends the wait at once, so a long limit costs time only in a
 * test that fails. JUnit finds this class by itself ({@code META-INF/services}): in every test a plain {@code await()} waits this long.
 */
public final class Patience implements LauncherSessionListener {
    /** Longer than anything takes on a machine that is five times slower than a developer's, and stalls now and then. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Makes {@link #PATIENCE} the limit of Awaitility in this JVM. A process that JUnit did not start calls this itself. */
    public static void apply() {
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        apply();
    }
}
