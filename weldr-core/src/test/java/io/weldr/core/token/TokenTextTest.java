package io.weldr.core.token;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.PoolName;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTextTest {
    private static final byte[] ZEROS = new byte[TokenText.RANDOM_BYTES];

    private static TokenText random(long seed) {
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        new Random(seed).nextBytes(bytes);
        return TokenText.of(bytes);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aTokenIsReadBackAndHasOneHash(long seed) {
        String text = random(seed).reveal();
        assertThat(text).matches("weldr_[0-9A-Za-z]{49}");
        TokenText read = requireNonNull(TokenText.parse(text));
        assertThat(read.hash()).isEqualTo(random(seed).hash());
        assertThat(read.hash().matches(random(seed).hash())).isTrue();
        assertThat(read.hash().matches(random(seed + 1).hash())).isFalse();
    }

    @Test
    void allBytesCountAlsoThoseAtTheEnds() {
        byte[] ones = new byte[TokenText.RANDOM_BYTES];
        Arrays.fill(ones, (byte) 0xff);
        assertThat(TokenText.of(ZEROS).reveal()).hasSize(TokenText.CHARS).startsWith("weldr_" + "0".repeat(43));
        assertThat(TokenText.of(ones).reveal()).hasSize(TokenText.CHARS);
        byte[] last = ZEROS.clone();
        last[TokenText.RANDOM_BYTES - 1] = 1;
        assertThat(TokenText.of(last).hash()).isNotEqualTo(TokenText.of(ZEROS).hash());
    }

    /** Each character that is mistyped is noticed before anybody looks into the state. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aMistypedTokenIsNone(long seed) {
        String text = random(seed).reveal();
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(TokenText.parse(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("character %d of %s", i, text)
                    .isNull();
        }
        assertThat(TokenText.parse(text + "0")).isNull();
        assertThat(TokenText.parse(text.substring(1))).isNull();
        assertThat(TokenText.parse(text.replace('_', '\u00e4'))).isNull();
        assertThat(TokenText.parse("")).isNull();
    }

    @Test
    void nothingOfATokenStandsInAText() {
        TokenText text = random(7);
        Token token = Token.named(
                new TokenName("ci"), Role.OPERATOR, new TreeSet<>(Set.of(PoolName.DEFAULT)), text.hash(), null);
        assertThat(text.toString() + text.hash() + token)
                .doesNotContain(text.reveal().substring(6, 16))
                .doesNotContain(text.hash().hex().substring(0, 10));
    }

    @Test
    void onlyOperatorsAreLimitedToPools() {
        assertThatThrownBy(() -> Token.named(
                        new TokenName("ci"),
                        Role.ADMIN,
                        new TreeSet<>(Set.of(PoolName.DEFAULT)),
                        TokenText.of(ZEROS).hash(),
                        null))
                .hasMessageContaining("pools")
                .hasMessageContaining("operator");
    }

    @Test
    void aTokenExpiresAtItsInstant() {
        Token token = Token.named(
                new TokenName("ci"),
                Role.VIEWER,
                new TreeSet<>(),
                TokenText.of(ZEROS).hash(),
                Instant.ofEpochSecond(100));
        assertThat(token.expired(Instant.ofEpochSecond(99))).isFalse();
        assertThat(token.expired(Instant.ofEpochSecond(100))).isTrue();
    }

    @Test
    void aRoleIncludesThoseBeforeIt() {
        assertThat(Role.ADMIN.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.OPERATOR.includes(Role.OPERATOR)).isTrue();
        assertThat(Role.VIEWER.includes(Role.OPERATOR)).isFalse();
    }
}
