package io.weldr.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks at the door of a value. Every message says what was found and what was expected. */
public final class Check {
    private Check() {}

    /** Returns {@code value} if it lies within {@code [least, most]}. */
    public static int inRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: between " + least + " and " + most + ")");
        }
        return value;
    }

    /** Returns {@code value} if it lies within {@code [least, most]}. */
    public static Duration inRange(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + ": " + text(value) + " (expected: between " + text(least) + " and " + text(most) + ")");
        }
        return value;
    }

    /** Throws unless {@code size} is at most {@code most}. */
    public static void atMost(String name, int size, int most) {
        if (size > most) {
            throw new IllegalArgumentException(name + ": " + size + " (expected: at most " + most + ")");
        }
    }

    /** Throws {@code name: found (expected: expected)} unless {@code holds}. */
    public static void that(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + quote(found) + " (expected: " + expected + ")");
        }
    }

    /** Returns {@code value}, or throws {@code name: found (expected: expected)} if there is none. */
    public static <T> T present(@Nullable T value, String name, Object found, String expected) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": " + quote(found) + " (expected: " + expected + ")");
        }
        return value;
    }

    /** Throws unless {@code text} takes at most {@code most} bytes of UTF-8. */
    public static void utf8AtMost(String name, String text, int most) {
        long bytes = text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
        if (bytes > most) {
            throw new IllegalArgumentException(name + ": " + bytes + " bytes (expected: at most " + most + " bytes)");
        }
    }

    /** A duration as people write it: {@code 250 ms}, {@code 30 s}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    /** What was found, on one line and not longer than a line. */
    public static String quote(Object found) {
        String text = String.valueOf(found);
        StringBuilder line = new StringBuilder(Math.min(text.length(), QUOTED_CHARS_MAX) + 2).append('"');
        for (int i = 0; i < text.length() && i < QUOTED_CHARS_MAX; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) ? '\uFFFD' : c);
        }
        return line.append(text.length() > QUOTED_CHARS_MAX ? "…\"" : "\"").toString();
    }

    /** Enough to recognise one's own input, too short to flood a log. */
    private static final int QUOTED_CHARS_MAX = 120;
}
