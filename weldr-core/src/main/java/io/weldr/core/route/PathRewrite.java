package io.weldr.core.route;

import io.weldr.core.Check;

/**
 * Another path. The query stays.
 *
 * @param value for {@link Kind#FULL} the whole path; for {@link Kind#PREFIX} what stands in place of the prefix that
 *     matched
 */
public record PathRewrite(Kind kind, String value) {
    /** Which part is replaced. */
    public enum Kind {
        FULL,
        PREFIX
    }

    public PathRewrite {
        Check.that(
                value.startsWith("/")
                        && value.length() <= PathMatch.CHARS_MAX
                        && value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#' && c != '?'),
                "path.value",
                value,
                "a path that starts with / and holds no space, ?, # or non-ASCII character");
    }
}
