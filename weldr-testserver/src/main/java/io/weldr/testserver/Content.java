package io.weldr.testserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * The bytes that the origin sends: endless, and the same on every origin and in every run. Any part of them is known by
 * its offset alone, so that a lost, repeated or swapped block shows up in a comparison. Threads: any.
 */
public final class Content {
    /** A prime, so that no power of two (a buffer, a window, a page) is a multiple of the period. */
    static final int PERIOD_BYTES = 65_521;

    private static final long SEED = 0x7765_6c64L;
    private static final byte[] PATTERN = pattern();
    /** Two periods in a row: a piece of up to one period starts anywhere in the first. Never released. */
    private static final ByteBuf TWICE = Unpooled.unreleasableBuffer(Unpooled.directBuffer(2 * PERIOD_BYTES)
            .writeBytes(PATTERN)
            .writeBytes(PATTERN)
            .asReadOnly());

    private Content() {}

    /** The byte at this offset. */
    public static byte at(long offset) {
        return PATTERN[(int) (offset % PERIOD_BYTES)];
    }

    /** The bytes from {@code offset} on, as an array. */
    public static byte[] bytes(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(offset + i);
        }
        return bytes;
    }

    /** SHA-256 of the first {@code length} bytes, in lower-case hex: what an upload of them must show. */
    public static String sha256(long length) {
        MessageDigest digest = sha256();
        for (long offset = 0; offset < length; offset += PERIOD_BYTES) {
            digest.update(PATTERN, 0, (int) Math.min(PERIOD_BYTES, length - offset));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The bytes from {@code offset} on, without a copy: at most {@code lengthMax} and at most one period of them. */
    static ByteBuf piece(long offset, long lengthMax) {
        return TWICE.retainedSlice((int) (offset % PERIOD_BYTES), (int) Math.min(PERIOD_BYTES, lengthMax));
    }

    private static byte[] pattern() {
        byte[] pattern = new byte[PERIOD_BYTES];
        new Random(SEED).nextBytes(pattern); // the algorithm of Random is part of its specification
        return pattern;
    }
}
