package io.weldr.core.token;

import io.weldr.core.Check;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A token as a client shows it: {@code weldr_}, 43 characters of base 62 that hold 32 random bytes, and 6 characters of
 * base 62 that hold the CRC-32 of all before. The prefix lets scanners find tokens that were published by mistake. The
 * checksum tells a typing error from a guess without a look into the state.
 */
public final class TokenText {
    public static final String PREFIX = "weldr_";

    /** Of the random part. */
    public static final int RANDOM_BYTES = 32;

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_CHARS = 43; // 62^43 is more than 2^256
    private static final int CHECKSUM_CHARS = 6; // 62^6 is more than 2^32

    /** Of a whole token. */
    public static final int CHARS = PREFIX.length() + RANDOM_CHARS + CHECKSUM_CHARS;

    private final String text;

    private TokenText(String text) {
        this.text = text;
    }

    /** Makes the token of {@value #RANDOM_BYTES} random bytes. */
    public static TokenText of(byte[] random) {
        Check.inRange("random bytes", random.length, RANDOM_BYTES, RANDOM_BYTES);
        String body = PREFIX + base62(new BigInteger(1, random), RANDOM_CHARS);
        return new TokenText(body + checksum(body));
    }

    /** Reads a token; null if it is none: another prefix, length, character or checksum. */
    public static @Nullable TokenText parse(String text) {
        if (text.length() != CHARS || !text.startsWith(PREFIX)) {
            return null;
        }
        for (int i = PREFIX.length(); i < CHARS; i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return null;
            }
        }
        String body = text.substring(0, CHARS - CHECKSUM_CHARS);
        return text.endsWith(checksum(body)) ? new TokenText(text) : null;
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(ascii(body));
        return base62(BigInteger.valueOf(crc.getValue()), CHECKSUM_CHARS);
    }

    /** All characters of a token are ASCII. */
    private static byte[] ascii(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    private static String base62(BigInteger value, int chars) {
        BigInteger base = BigInteger.valueOf(ALPHABET.length());
        StringBuilder reversed = new StringBuilder(chars);
        BigInteger rest = value;
        for (int i = 0; i < chars; i++) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            reversed.append(ALPHABET.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        return reversed.reverse().toString();
    }

    /** What the cluster keeps of it. */
    public TokenHash hash() {
        try {
            return TokenHash.of(MessageDigest.getInstance("SHA-256").digest(ascii(text)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The token itself, for the answer to whoever made it. */
    public String reveal() {
        return text;
    }

    /** Shows nothing of it. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
