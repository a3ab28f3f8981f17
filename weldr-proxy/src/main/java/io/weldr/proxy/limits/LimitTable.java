package io.weldr.proxy.limits;

import io.weldr.proxy.limits.Limit.Range;
import io.weldr.proxy.limits.Limit.Unit;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of limits. Its rows are the fields of a subclass:
 *
 * <pre>{@code
 * private final int headBytesMax = bytes("headBytesMax", 16 * KIB, between(requestLineBytesMax, MIB));
 * }</pre>
 *
 * <p>The initializer of a field declares a limit: its name, its default and its range. The initializer returns the
 * checked value: the given value, or else the default. Initializers run from top to bottom, so a limit can be a bound
 * of the limits below it, and javac refuses a bound that is declared further down. All checks are done when the
 * constructor returns. After that, a limit is a final field.
 *
 * <p>Names, comparison and text come from the same rows, so a subclass cannot forget a limit in one of them.
 */
abstract class LimitTable {
    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;

    /** The longest time. A longer one is a mistake in the unit. */
    private static final long TIME_MAX_MILLIS = Duration.ofDays(7).toMillis();

    private final Map<String, Object> given;
    private final Map<Limit, Object> rows = new LinkedHashMap<>(); // written only while the object is constructed

    /**
     * Gives the initializers of the subclass their values.
     *
     * @param given values by the names of limits; a limit without one gets its default
     */
    LimitTable(Map<String, Object> given) {
        this.given = Map.copyOf(given);
    }

    /** Declares a number of bytes. */
    final int bytes(String name, int defaultValue, Range range) {
        return (int) declare(new Limit(name, Unit.BYTES, defaultValue, range));
    }

    /** Declares a number of bytes that may be more than 2 GiB. */
    final long bytes(String name, long defaultValue, Range range) {
        return (long) declare(new Limit(name, Unit.BYTES, defaultValue, range));
    }

    /** Declares a number of things. */
    final int count(String name, int defaultValue, Range range) {
        return (int) declare(new Limit(name, Unit.COUNT, defaultValue, range));
    }

    /** Declares a share in percent. */
    final int percent(String name, int defaultValue, Range range) {
        return (int) declare(new Limit(name, Unit.PERCENT, defaultValue, range));
    }

    /** Declares a time that is longer than zero and at most seven days. */
    final Duration time(String name, Duration defaultValue) {
        return (Duration) declare(new Limit(name, Unit.TIME, defaultValue, between(1, TIME_MAX_MILLIS)));
    }

    /** Declares a time that may also be zero: then there is no limit. */
    final Duration timeOrOff(String name, Duration defaultValue) {
        return (Duration) declare(new Limit(name, Unit.TIME, defaultValue, between(0, TIME_MAX_MILLIS)));
    }

    static Range atLeast(long least) {
        return new Range(least, Long.MAX_VALUE);
    }

    static Range between(long least, long most) {
        return new Range(least, most);
    }

    private Object declare(Limit limit) {
        Object value = limit.checked(given.getOrDefault(limit.name(), limit.defaultValue()));
        rows.put(limit, value);
        return value;
    }

    /** The declared limits, in the order of the fields. */
    final List<Limit> declared() {
        return List.copyOf(rows.keySet());
    }

    /** The values by the names of their limits, in the order of the fields. */
    final Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        rows.forEach((limit, value) -> values.put(limit.name(), value));
        return values;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof LimitTable table && rows.equals(table.rows);
    }

    @Override
    public final int hashCode() {
        return rows.hashCode();
    }

    @Override
    public final String toString() {
        return values().entrySet().stream()
                .map(Map.Entry::toString)
                .collect(Collectors.joining(", ", getClass().getSimpleName() + "[", "]"));
    }
}
