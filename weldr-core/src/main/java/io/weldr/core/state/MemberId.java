package io.weldr.core.state;

import io.weldr.core.Check;

/**
 * The name of a node within its cluster: 1 to 32 letters, digits, {@code -} or {@code _}. Stable, and never used again
 * once its disk is gone.
 */
public record MemberId(String value) implements Comparable<MemberId> {
    public MemberId {
        Check.that(value.matches("[A-Za-z0-9_-]{1,32}"), "member id", value, "1 to 32 letters, digits, - or _");
    }

    @Override
    public int compareTo(MemberId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
