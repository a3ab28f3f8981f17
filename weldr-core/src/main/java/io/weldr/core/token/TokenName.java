package io.weldr.core.token;

import io.weldr.core.Names;

/**
 * The name of a token: 1 to 64 letters, digits, {@code -}, {@code _} or {@code .}. It is no secret: the history shows
 * it.
 */
public record TokenName(String value) implements Comparable<TokenName> {
    public TokenName {
        Names.checkInPath("token", value);
    }

    @Override
    public int compareTo(TokenName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
