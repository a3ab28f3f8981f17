package io.weldr.core.port;

import io.weldr.core.Check;

/**
 * The name of one wish, chosen by whoever has it. The same name delivered again, also after a fail-over, is applied
 * once.
 */
public record RequestId(String value) {
    public static final int CHARS_MAX = 128;

    public RequestId {
        boolean plain =
                !value.isEmpty() && value.length() <= CHARS_MAX && value.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        Check.that(plain, "request id", value, "1 to " + CHARS_MAX + " visible ASCII characters");
    }

    @Override
    public String toString() {
        return value;
    }
}
