package io.weldr.proxy.limits;

/** A limit that is out of its range or of the wrong type: {@code name: value (expected: ...)}. */
public final class LimitException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String limit;

    LimitException(String limit, Object value, String expected) {
        super(limit + ": " + value + " (expected: " + expected + ")");
        this.limit = limit;
    }

    /** The name of the refused limit. It has its default if another limit does not go with that default. */
    public String limit() {
        return limit;
    }
}
