package io.weldr.core.token;

import io.weldr.core.Check;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * SHA-256 of a {@link TokenText}. The text holds 256 random bits, so nothing slower than one round of SHA-256 is
 * needed: nobody can try the texts one after the other.
 *
 * @param hex 64 hex digits, lower case
 */
public record TokenHash(String hex) {
    static final int BYTES = 32;

    public TokenHash {
        Check.that(hex.matches("[0-9a-f]{64}"), "token hash", "?", "64 hex digits");
    }

    /** Of {@value #BYTES} bytes. */
    static TokenHash of(byte[] digest) {
        return new TokenHash(HexFormat.of().formatHex(digest));
    }

    /** Whether both are the same, in a time that does not depend on where they differ. */
    public boolean matches(TokenHash other) {
        return MessageDigest.isEqual(
                HexFormat.of().parseHex(hex), HexFormat.of().parseHex(other.hex));
    }

    /** Shows nothing of it: what is logged by mistake gives nothing away. */
    @Override
    public String toString() {
        return "token hash";
    }
}
