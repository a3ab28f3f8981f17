package io.weldr.core.balance;

import java.util.Arrays;
import java.util.function.IntSupplier;

/** Whether counts agree with the shares that were promised. */
final class Statistics {
    /**
     * In standard deviations. A right implementation is beyond in one of some 700 checks: such tests have a fixed seed.
     */
    static final double SIGMAS = 3;

    /** Chi-square is no good for cells that expect less. */
    private static final double EXPECTED_LEAST = 10;

    private Statistics() {}

    /** The seed of a test whose result is left to chance: always the same, unless {@code -Dseed} is given. */
    static long fixedSeed(String test) {
        long seed = Long.getLong("seed", 20_260_301);
        System.out.println(test + " seed=" + seed);
        return seed;
    }

    /** The seed of a test that holds for every seed. */
    static long anySeed(String test) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println(test + " seed=" + seed);
        return seed;
    }

    static int[] count(int kinds, int number, IntSupplier draw) {
        int[] counts = new int[kinds];
        for (int i = 0; i < number; i++) {
            counts[draw.getAsInt()]++;
        }
        return counts;
    }

    /**
     * Pearson's chi-square of {@code counts}, as a number of standard deviations above what chance gives (by the cube
     * root of Wilson and Hilferty, 1931). Neighbours that expect too little are counted together.
     *
     * @param weights the shares that were promised; a count at weight 0 is an infinite deviation
     */
    static double deviation(int[] counts, int[] weights) {
        double number = Arrays.stream(counts).asLongStream().sum();
        double total = Arrays.stream(weights).asLongStream().sum();
        double square = 0;
        int cells = 0;
        double expected = 0;
        double counted = 0;
        for (int i = 0; i < counts.length; i++) {
            if (weights[i] == 0 && counts[i] > 0) {
                return Double.POSITIVE_INFINITY;
            }
            expected += number * weights[i] / total;
            counted += counts[i];
            if (expected >= EXPECTED_LEAST) {
                square += (counted - expected) * (counted - expected) / expected;
                cells++;
                expected = 0;
                counted = 0;
            }
        }
        if (cells < 2) {
            return 0;
        }
        double variance = 2.0 / (9 * (cells - 1));
        return (Math.cbrt(square / (cells - 1)) - (1 - variance)) / Math.sqrt(variance);
    }
}
