package io.weldr.core.pool;

import java.util.Locale;

/** The scheme of an origin (RFC 9110 section 4.2). */
public enum Scheme {
    HTTP(80),
    HTTPS(443);

    private final int defaultPort;

    Scheme(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /** The port that a URL without one means. */
    public int defaultPort() {
        return defaultPort;
    }

    /** As it stands in a URL: {@code http}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
