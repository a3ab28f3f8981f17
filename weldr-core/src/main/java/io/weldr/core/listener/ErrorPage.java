package io.weldr.core.listener;

import io.weldr.core.Check;

/**
 * The page that clients get when weldr itself answers with an error.
 *
 * @param contentType value of {@code Content-Type}
 * @param body at most {@value #BODY_BYTES_MAX} bytes of UTF-8
 */
public record ErrorPage(String contentType, String body) {
    /** A page of a company with an embedded logo fits; 64 listeners with two pages each make 2 MiB. */
    public static final int BODY_BYTES_MAX = 16 * 1024;

    private static final int TYPE_CHARS_MAX = 128;

    public ErrorPage {
        checkContentType("contentType", contentType);
        Check.utf8AtMost("body", body, BODY_BYTES_MAX);
    }

    /** Throws unless it can be the value of {@code Content-Type}. */
    public static void checkContentType(String field, String contentType) {
        Check.that(
                contentType.length() <= TYPE_CHARS_MAX && contentType.matches("[!-~]+/[!-~]+( *; *[!-~]+)*"),
                field,
                contentType,
                "a media type, as in text/html; charset=utf-8");
    }
}
