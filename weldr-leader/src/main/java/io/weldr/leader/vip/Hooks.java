package io.weldr.leader.vip;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Commands to run on a change of role, for networks where an address cannot be moved by announcing it. Each is a line
 * for {@code /bin/sh -c}.
 *
 * @param onActive run when this node became active, after the addresses were claimed; null: none
 * @param onPassive run when it became passive, after they were let go of, and once at start; null: none
 * @param timeout how long one run may take before it is killed; 100 ms to 5 min
 */
public record Hooks(@Nullable String onActive, @Nullable String onPassive, Duration timeout) {
    public static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(10);

    public Hooks {
        checkLine("hook on active", onActive);
        checkLine("hook on passive", onPassive);
        Check.inRange("hook timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    public static Hooks none() {
        return new Hooks(null, null, TIMEOUT_DEFAULT);
    }

    private static void checkLine(String name, @Nullable String line) {
        Check.that(
                line == null || (!line.isBlank() && line.length() <= LINE_CHARS_MAX && line.indexOf('\0') < 0),
                name,
                String.valueOf(line),
                "a command of at most " + LINE_CHARS_MAX + " characters");
    }

    /** Longer ones belong into a script. */
    private static final int LINE_CHARS_MAX = 4096;
}
