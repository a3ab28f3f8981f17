package io.weldr.core.route;

import io.weldr.core.Check;
import java.util.Locale;

/**
 * A header field or query parameter that a request has to have.
 *
 * @param name of a header field: in lower case
 * @param value at most 1024 characters. Header: a field that is there more than once is compared as one list, with
 *     {@code ", "} between the values. Query: name and value are those of a request once the percent-encoding is
 *     decoded, {@code +} stays, and the first parameter of that name counts
 */
public record ValueMatch(String name, Kind kind, String value) {
    static final int CHARS_MAX = 1024;

    /** How {@link #value} is compared. */
    public enum Kind {
        EXACT,
        /** The whole value by an RE2 expression (linear time). */
        REGEX
    }

    public ValueMatch {
        Check.that(!name.isEmpty() && name.length() <= 128, "name", name, "1 to 128 characters");
        Check.that(value.length() <= CHARS_MAX, "value", value, "at most " + CHARS_MAX + " characters");
        if (kind == Kind.REGEX) {
            Patterns.check("value", value);
        }
    }

    /**
     * The same for a header field, whose name has no case.
     *
     * @param field what an error calls the name
     */
    ValueMatch asHeader(String field) {
        return new ValueMatch(io.weldr.core.Names.checkToken(field, name).toLowerCase(Locale.ROOT), kind, value);
    }
}
