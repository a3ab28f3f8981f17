package io.weldr.core.pool;

import io.weldr.core.Check;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The URL of an origin: a scheme, a host and a port. A path would be silently ignored, so it is refused. */
public record OriginUrl(Scheme scheme, HostPort address) {
    /** Longer is surely a mistake: 253 for the host, 16 for the rest. */
    private static final int CHARS_MAX = 300;

    /** Reads {@code http://host[:port][/]}. */
    public static OriginUrl parse(String text) {
        Check.that(text.length() <= CHARS_MAX, "url", text, "at most " + CHARS_MAX + " characters");
        int end = text.indexOf("://");
        Check.that(end > 0, "url", text, "http://host:port");
        Scheme scheme = Check.present(
                scheme(text.substring(0, end).toLowerCase(Locale.ROOT)), "url", text, "a scheme of http or https");
        String rest = text.substring(end + 3);
        Check.that(rest.indexOf('@') < 0, "url", text, "no user information before the host");
        String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        for (char mark : new char[] {'/', '?', '#'}) {
            Check.that(
                    authority.indexOf(mark) < 0,
                    "url",
                    text,
                    "scheme, host and port only, without path, query or fragment");
        }
        try {
            return new OriginUrl(scheme, HostPort.parse(authority, scheme.defaultPort()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("url: " + Check.quote(text) + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Scheme scheme(String name) {
        for (Scheme scheme : Scheme.values()) {
            if (scheme.text().equals(name)) {
                return scheme;
            }
        }
        return null;
    }

    /** {@code http://host:port}, always with the port. */
    @Override
    public String toString() {
        return scheme.text() + "://" + address;
    }
}
