package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The test vectors of RFC 5869, appendix A, as far as they are for SHA-256. */
class HkdfTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void basic() {
        check(
                "0b".repeat(22),
                "000102030405060708090a0b0c",
                "f0f1f2f3f4f5f6f7f8f9",
                "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void longerInputsAndOutputs() {
        check(
                range(0x00, 0x50),
                range(0x60, 0xb0),
                range(0xb0, 0x100),
                "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                        + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    }

    @Test
    void withoutSaltAndInfo() {
        check(
                "0b".repeat(22),
                "",
                "",
                "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    @Test
    void aKeyIsNotLongerThanTheBlocksThatCanBeCounted() {
        byte[] key = new byte[32];
        assertThat(Hkdf.expand(key, new byte[0], 255 * 32)).hasSize(255 * 32);
        assertThatThrownBy(() -> Hkdf.expand(key, new byte[0], 255 * 32 + 1))
                .hasMessageContaining("8161 (expected: between 1 and 8160)");
    }

    private static void check(String secret, String salt, String info, String pseudorandomKey, String output) {
        byte[] key = Hkdf.extract(HEX.parseHex(salt), HEX.parseHex(secret));
        assertThat(HEX.formatHex(key)).isEqualTo(pseudorandomKey);
        assertThat(HEX.formatHex(Hkdf.expand(key, HEX.parseHex(info), output.length() / 2)))
                .isEqualTo(output);
    }

    private static String range(int from, int to) {
        StringBuilder all = new StringBuilder();
        for (int octet = from; octet < to; octet++) {
            all.append(HEX.toHexDigits((byte) octet));
        }
        return all.toString();
    }
}
