package io.weldr.proxy.http;

import java.util.Arrays;

/** The methods that are treated in a way of their own. Methods are case-sensitive (RFC 9110 section 9.1). */
public enum Method {
    GET(true),
    HEAD(true),
    POST(false),
    PUT(true),
    DELETE(true),
    OPTIONS(true),
    TRACE(true),
    CONNECT(false),
    OTHER(false);

    private static final Method[] NAMED = Arrays.copyOf(values(), values().length - 1);

    private final boolean idempotent;

    @SuppressWarnings("ImmutableEnumChecker") // never written after it was made, never handed out
    private final byte[] token = Octets.ascii(name());

    Method(boolean idempotent) {
        this.idempotent = idempotent;
    }

    /** Whether a second delivery does no harm (RFC 9110 section 9.2.2). */
    public boolean idempotent() {
        return idempotent;
    }

    public static Method named(byte[] bytes, int from, int to) {
        for (Method method : NAMED) {
            byte[] token = method.token;
            if (token.length == to - from && Arrays.equals(bytes, from, to, token, 0, token.length)) {
                return method;
            }
        }
        return OTHER;
    }
}
