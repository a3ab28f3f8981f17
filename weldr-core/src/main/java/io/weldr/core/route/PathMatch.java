package io.weldr.core.route;

import io.weldr.core.Check;

/**
 * A condition on the path of a request.
 *
 * @param value for {@link Kind#EXACT} and {@link Kind#PREFIX} a path in normal form, see {@code RequestView}; at most
 *     1024 characters
 */
public record PathMatch(Kind kind, String value) {
    /** Every path. */
    public static final PathMatch ANY = new PathMatch(Kind.PREFIX, "/");

    static final int CHARS_MAX = 1024;

    /** How {@link #value} is compared. */
    public enum Kind {
        EXACT,
        /** By whole segments: {@code /a} matches {@code /a} and {@code /a/b}, and not {@code /ab}. */
        PREFIX,
        /** The whole path by an RE2 expression (linear time). */
        REGEX
    }

    public PathMatch {
        Check.that(
                !value.isEmpty() && value.length() <= CHARS_MAX,
                "path.value",
                value,
                "1 to " + CHARS_MAX + " characters");
        if (kind == Kind.REGEX) {
            Patterns.check("path.value", value);
        } else {
            String normal = Check.present(
                    value.startsWith("/") ? Paths.normal(value) : null,
                    "path.value",
                    value,
                    "a path that starts with / and has no //, no /./ or /../, no backslash, and no encoded / or \\");
            value = kind == Kind.PREFIX && normal.length() > 1 && normal.endsWith("/")
                    ? normal.substring(0, normal.length() - 1)
                    : normal;
        }
    }
}
