package io.weldr.wire.json;

import io.weldr.core.Check;
import java.time.Duration;

/** Durations as people write them: {@code 250ms}, {@code 30s}, {@code 1m}, {@code 2h}, or a number of seconds. */
public final class Durations {
    public static final String EXPECTED = "a duration such as 250ms, 30s or 1m, or a number of seconds";

    /** Longer than anything that is set anywhere. */
    private static final double SECONDS_MAX = 1e9;

    private static final Duration MAX = Duration.ofSeconds((long) SECONDS_MAX);

    /** As many as {@link #MAX} has in milliseconds. */
    private static final int DIGITS_MAX = 13;

    private Durations() {}

    /** Reads {@code 250ms}, {@code 30s}, {@code 1m} or {@code 2h}. */
    public static Duration parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        Check.that(digits > 0 && digits <= DIGITS_MAX, "duration", text, EXPECTED);
        long amount = Long.parseLong(text.substring(0, digits));
        Duration duration = switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default ->
                throw new IllegalArgumentException("duration: " + Check.quote(text) + " (expected: " + EXPECTED + ")");
        };
        Check.that(duration.compareTo(MAX) <= 0, "duration", text, EXPECTED);
        return duration;
    }

    /** Reads a number of seconds, to the millisecond. */
    public static Duration ofSeconds(double seconds) {
        Check.that(seconds >= 0 && seconds <= SECONDS_MAX, "duration", seconds, EXPECTED);
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** Writes what {@link #parse} reads. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
