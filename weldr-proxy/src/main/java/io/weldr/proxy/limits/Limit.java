package io.weldr.proxy.limits;

import java.time.Duration;

/**
 * The declaration of one limit.
 *
 * @param name as its accessor in {@link ProxyLimits} is called
 * @param unit what the value is measured in
 * @param defaultValue a {@link Duration} if the unit is {@link Unit#TIME}; else an Integer or a Long, and so is every
 *     value
 * @param range the values that are allowed; milliseconds if the unit is {@link Unit#TIME}
 */
public record Limit(String name, Unit unit, Object defaultValue, Range range) {

    /** What a limit is measured in. */
    public enum Unit {
        BYTES,
        COUNT,
        PERCENT,
        TIME
    }

    /** From the least to the most value that is allowed. */
    public record Range(long least, long most) {}

    /** Returns the value in the type of the default, or throws if it is of another type or out of range. */
    Object checked(Object value) {
        if (unit == Unit.TIME) {
            return checkedTime(value);
        }
        long number = wholeNumber(value);
        if (number < range.least()) {
            throw refused(value, ">= " + range.least());
        }
        if (number > range.most()) {
            throw refused(value, "<= " + range.most());
        }
        return defaultValue instanceof Integer ? (Object) Math.toIntExact(number) : (Object) number;
    }

    private long wholeNumber(Object value) {
        if (value instanceof Integer number) {
            return number;
        }
        boolean isLong = defaultValue instanceof Long;
        if (value instanceof Long number && (isLong || number.intValue() == number)) {
            return number;
        }
        throw refused(value, "a whole number that fits " + (isLong ? "long" : "int"));
    }

    private Duration checkedTime(Object value) {
        if (!(value instanceof Duration time)) {
            throw refused(value, "a duration");
        }
        Duration most = Duration.ofMillis(range.most());
        if (time.isNegative() || time.compareTo(most) > 0) {
            throw refused(value, "at most " + most);
        }
        if (time.isZero() && range.least() > 0) {
            throw refused(value, "longer than zero");
        }
        return time;
    }

    private LimitException refused(Object value, String expected) {
        return new LimitException(name, value, expected);
    }
}
