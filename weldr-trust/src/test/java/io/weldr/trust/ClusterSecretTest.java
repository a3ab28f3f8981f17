package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterSecretTest {
    private final ClusterSecret secret = Secrets.of(Secrets.UP, Secrets.DOWN);

    /** Members of any version have to agree on them. Computed by another implementation of HKDF. */
    @Test
    void fingerprintsArePinned() {
        assertThat(secret.fingerprints()).containsExactly("d4907488", "cb7ff46d");
        assertThat(Secrets.of(Secrets.UP).fingerprints()).containsExactly("d4907488");
    }

    @Test
    void eachLabelHasAKeyOfItsOwn() {
        Set<List<Byte>> keys = new HashSet<>();
        for (Label label : Label.values()) {
            byte[] key = secret.derive(label).getEncoded();
            assertThat(key).hasSize(32);
            assertThat(keys.add(boxed(key))).as("%s", label).isTrue();
        }
        assertThat(secret.accepted(Label.STICKY_COOKIE))
                .hasSize(2)
                .first()
                .isEqualTo(secret.derive(Label.STICKY_COOKIE));
    }

    private static List<Byte> boxed(byte[] key) {
        List<Byte> boxed = new ArrayList<>();
        for (byte octet : key) {
            boxed.add(octet);
        }
        return boxed;
    }

    @Test
    void itsTextShowsNoSecret() {
        assertThat(secret).hasToString("cluster secret, fingerprint d4907488, previous cb7ff46d");
        assertThat(secret.toString().toLowerCase(Locale.ROOT))
                .doesNotContain(Secrets.UP.substring(0, 8))
                .doesNotContain(Secrets.DOWN.substring(0, 8));
    }

    @Test
    void theSameIsTheSameSecretsInTheSameOrder() {
        assertThat(secret.sameAs(Secrets.of(Secrets.UP, Secrets.DOWN))).isTrue();
        assertThat(secret.sameAs(Secrets.of(Secrets.DOWN, Secrets.UP))).isFalse();
        assertThat(secret.sameAs(Secrets.of(Secrets.UP))).isFalse();
        assertThat(Secrets.of(Secrets.UP).sameAs(secret)).isFalse();
    }

    @Test
    void aSecretHas32Bytes() {
        assertThatThrownBy(() -> new ClusterSecret(List.of(new byte[31])))
                .hasMessage("bytes of a secret: 31 (expected: between 32 and 32)");
        assertThatThrownBy(() -> new ClusterSecret(List.of())).hasMessageContaining("secrets: 0");
    }
}
