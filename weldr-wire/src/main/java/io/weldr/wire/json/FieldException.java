package io.weldr.wire.json;

import java.io.Serial;

/** A member of a JSON object that is not what its message has. The message of the exception says all of it. */
public final class FieldException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean unknown;
    private final String found;
    private final String expected;

    private FieldException(boolean unknown, String found, String expected, String line) {
        super(line);
        this.unknown = unknown;
        this.found = found;
        this.expected = expected;
    }

    /** The member at {@code path} has a value that is not valid. */
    static FieldException invalid(String path, String found, String expected) {
        String line = (path.isEmpty() ? "" : path + ": ") + found + " (expected: " + expected + ")";
        return new FieldException(false, found, expected, line);
    }

    /** There is no member {@code field}, which is quoted already. */
    static FieldException unknown(String field, String expected) {
        String found = "field " + field;
        return new FieldException(true, found, expected, found + " (expected: " + expected + ")");
    }

    /** Whether the message has no such member; else the value is not valid. */
    public boolean unknown() {
        return unknown;
    }

    /** What was there. */
    public String found() {
        return found;
    }

    /** What should have been there. */
    public String expected() {
        return expected;
    }
}
