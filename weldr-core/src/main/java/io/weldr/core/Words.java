package io.weldr.core;

import java.time.Duration;
import java.util.Locale;

/** Values in the words of the API, for texts that people read. */
public final class Words {
    private Words() {}

    /** A constant as a request and an answer of the API have it: {@code leader-only}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A duration as a request of the API may have it: {@code 250ms}, {@code 30s}. */
    public static String of(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
