package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashingTest {
    private static final int ROUNDS = 4096;

    /** Of a share of one half among {@link #ROUNDS}: 64 by 64 such shares are looked at, so three would be too few. */
    private static final double SIGMAS = 6;

    /**
     * From the reference implementation. A node of another version has to agree: never change what is expected here.
     */
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "weldr, 26cb856d9ad6b804",
        "192.0.2.7, d86f3950d7e3174f",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1",
    })
    void textsHaveTheHashesOfTheSpecification(String text, String hash) {
        assertThat(Long.toHexString(Hashing.of(text))).isEqualTo(hash);
        byte[] bytes = ("[" + text + "]").getBytes(StandardCharsets.US_ASCII);
        assertThat(Long.toHexString(Hashing.of(bytes, 1, bytes.length - 1)))
                .as("a range of bytes")
                .isEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0249ac40cbc8f63e",
        "3, e6a3234907d3c978",
        "4, d0a457a7a64c19d6",
        "7, 2fd813d0275507be",
        "8, e33e0c9cfc5715dd",
        "12, 281c1b378028cb32",
        "31, 4d3f27429e380323",
        "32, c6dc7ddef5bbe39d",
        "33, 06c833d7d37bf682",
        "40, 2fecb1503d01f1de",
        "63, b4e21154e7725d41",
        "64, b48957dd39c25981",
        "100, ac0cf7e8c53d6dc9",
    })
    void bytesOfEveryLengthHaveTheHashesOfTheSpecification(int length, String hash) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + 200);
        }
        assertThat(String.format("%016x", Hashing.of(bytes, 0, length))).isEqualTo(hash);
    }

    @Test
    void textThatIsNotBytesIsRefused() {
        assertThat(Hashing.of("\u00FC")).isEqualTo(Hashing.of(new byte[] {(byte) 0xFC}, 0, 1));
        assertThatThrownBy(() -> Hashing.of("\u0119"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("text to hash: \"\u0119\" (expected: characters of ISO 8859-1)");
    }

    /** Each bit that goes in changes each bit that comes out in half of all cases. */
    @Test
    void mixHasAvalanche() {
        assertAvalanche(Hashing::mix);
        assertAvalanche(value -> Hashing.random((int) value, 1) ^ Hashing.random((int) (value >>> 32), 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 13, 32, 47})
    void hashesOfBytesHaveAvalanche(int length) {
        byte[] bytes = new byte[length];
        assertAvalanche(value -> {
            Arrays.fill(bytes, (byte) value);
            for (int i = 0; i < 8; i++) {
                bytes[length - 8 + i] = (byte) (value >>> (8 * i));
            }
            return Hashing.of(bytes, 0, length);
        });
    }

    private static void assertAvalanche(LongUnaryOperator hash) {
        Random random = new Random(Statistics.fixedSeed("HashingTest"));
        int[][] changed = new int[64][64];
        for (int round = 0; round < ROUNDS; round++) {
            long value = random.nextLong();
            long before = hash.applyAsLong(value);
            for (int in = 0; in < 64; in++) {
                long difference = before ^ hash.applyAsLong(value ^ (1L << in));
                for (int out = 0; out < 64; out++) {
                    changed[in][out] += (int) ((difference >>> out) & 1);
                }
            }
        }
        double sigma = Math.sqrt(ROUNDS) / 2;
        for (int in = 0; in < 64; in++) {
            for (int out = 0; out < 64; out++) {
                assertThat(Math.abs(changed[in][out] - ROUNDS / 2))
                        .as("bit %d changes bit %d", in, out)
                        .isLessThan((int) (SIGMAS * sigma));
            }
        }
    }

    @Test
    void turnsGiveRandomNumbers() {
        for (int bound : new int[] {2, 3, 10, 100, 1000}) {
            int[] equal = new int[bound];
            Arrays.fill(equal, 1);
            for (int draw = 0; draw < 3; draw++) {
                int[] turn = {Integer.MAX_VALUE - 1000};
                int number = draw;
                int[] counts = Statistics.count(
                        bound, 1000 * bound, () -> Hashing.scale(Hashing.random(turn[0]++, number), bound));
                assertThat(Statistics.deviation(counts, equal))
                        .as("draw %d of %d", draw, bound)
                        .isLessThan(Statistics.SIGMAS);
            }
        }
    }

    @Test
    void aHashScalesToEveryWholeNumberBelowTheBound() {
        assertThat(Hashing.scale(0, 1)).isZero();
        assertThat(Hashing.scale(-1, 1)).isZero();
        assertThat(Hashing.scale(0, Integer.MAX_VALUE)).isZero();
        assertThat(Hashing.scale(-1, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(Hashing.scale(Long.MIN_VALUE, 10)).isEqualTo(5);
    }
}
