package io.weldr.core.balance;

import io.weldr.core.Check;

/**
 * Hashes of 64 bits, for the keys that requests are balanced and split by. The same bytes have the same hash on every
 * node, JVM and version of weldr: a change would send clients to other origins. Not for secrets: clients that choose
 * their key can choose its hash.
 *
 * <p>The hash of bytes is XXH64 with seed 0, as its specification says
 * (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). Nothing here allocates, except {@link #of(String)}.
 */
public final class Hashing {
    /** 2^64 divided by the golden ratio, made odd. Its multiples are spread evenly over all 64-bit numbers. */
    static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private static final long PRIME_1 = 0x9E37_79B1_85EB_CA87L;
    private static final long PRIME_2 = 0xC2B2_AE3D_27D4_EB4FL;
    private static final long PRIME_3 = 0x1656_67B1_9E37_79F9L;
    private static final long PRIME_4 = 0x85EB_CA77_C2B2_AE63L;
    private static final long PRIME_5 = 0x27D4_EB2F_1656_67C5L;

    private static final int STRIPE_BYTES = 32;

    private Hashing() {}

    /** The hash of the bytes from {@code from} to before {@code to}. */
    public static long of(byte[] bytes, int from, int to) {
        int at = from;
        long hash;
        if (to - from >= STRIPE_BYTES) {
            long second = PRIME_2;
            long first = PRIME_1 + second;
            long third = 0;
            long fourth = -PRIME_1;
            for (; to - at >= STRIPE_BYTES; at += STRIPE_BYTES) {
                first = round(first, eight(bytes, at));
                second = round(second, eight(bytes, at + 8));
                third = round(third, eight(bytes, at + 16));
                fourth = round(fourth, eight(bytes, at + 24));
            }
            hash = Long.rotateLeft(first, 1)
                    + Long.rotateLeft(second, 7)
                    + Long.rotateLeft(third, 12)
                    + Long.rotateLeft(fourth, 18);
            hash = merge(merge(merge(merge(hash, first), second), third), fourth);
        } else {
            hash = PRIME_5;
        }
        return rest(hash + (to - from), bytes, at, to);
    }

    /** The bytes that fill no stripe. */
    private static long rest(long begun, byte[] bytes, int from, int to) {
        long hash = begun;
        int at = from;
        for (; to - at >= 8; at += 8) {
            hash ^= round(0, eight(bytes, at));
            hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
        }
        if (to - at >= 4) {
            hash ^= four(bytes, at) * PRIME_1;
            hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < to; at++) {
            hash ^= (bytes[at] & 0xFFL) * PRIME_5;
            hash = Long.rotateLeft(hash, 11) * PRIME_1;
        }
        hash = (hash ^ (hash >>> 33)) * PRIME_2;
        hash = (hash ^ (hash >>> 29)) * PRIME_3;
        return hash ^ (hash >>> 32);
    }

    /**
     * The hash of a text, each character of which is one byte, as in the fields of HTTP. Allocates.
     *
     * @throws IllegalArgumentException if a character is none of ISO 8859-1
     */
    public static long of(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            Check.that(text.charAt(i) <= 0xFF, "text to hash", text, "characters of ISO 8859-1");
            bytes[i] = (byte) text.charAt(i);
        }
        return of(bytes, 0, bytes.length);
    }

    /**
     * Another number for every number: each bit of {@code value} changes each bit of the result in half of all cases.
     * The finalizer of SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", 2014).
     */
    public static long mix(long value) {
        long hash = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return hash ^ (hash >>> 31);
    }

    /** Number {@code draw} of the random numbers that belong to {@code turn}: all differ from each other. */
    static long random(int turn, int draw) {
        return mix((((long) draw << Integer.SIZE) | Integer.toUnsignedLong(turn)) + GOLDEN);
    }

    /** A whole number from 0 to before {@code bound}: {@code hash} scaled, as if it were a fraction of 2^64. */
    static int scale(long hash, int bound) {
        return (int) Math.multiplyHigh(hash >>> 1, (long) bound << 1);
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    private static long eight(byte[] bytes, int at) {
        return four(bytes, at) | (four(bytes, at + 4) << 32);
    }

    private static long four(byte[] bytes, int at) {
        return (bytes[at] & 0xFFL)
                | ((bytes[at + 1] & 0xFFL) << 8)
                | ((bytes[at + 2] & 0xFFL) << 16)
                | ((bytes[at + 3] & 0xFFL) << 24);
    }
}
