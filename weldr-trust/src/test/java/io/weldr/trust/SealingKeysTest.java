package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingKeysTest {
    private static final KeyOwner SHOP = KeyOwner.of(new CertificateName("shop"));
    private static final byte[] KEY = "a private key".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private static SealingKeys of(String... lines) {
        ClusterSecret secret = Secrets.of(lines);
        return new SealingKeys(() -> secret, new SecureRandom());
    }

    @Test
    void whatOneMemberSealsAnotherOpens() {
        SealingKeys one = of(Secrets.UP);
        assertThat(one.hasSecret()).isTrue();
        Sealed sealed = one.seal(SHOP, KEY);
        assertThat(of(Secrets.UP).open(SHOP, sealed)).isEqualTo(KEY);
        assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("private");
        assertThat(one.open(SHOP, one.seal(SHOP, new byte[0]))).isEmpty();
    }

    /**
     * Sealed keys outlive a version of weldr. This one was made by another implementation, with the nonce 00 01 … 0b.
     */
    @Test
    void theFormIsPinned() {
        Sealed sealed = new Sealed("AWyc8j8AAQIDBAUGBwgJCgvkNgpWNq9M/E/xQdOMhEMGReecUWWa+ETKL7n+wg==");
        assertThat(of(Secrets.UP).open(SHOP, sealed)).isEqualTo(KEY);
    }

    @Test
    void theSameKeyIsSealedInAnotherWayEachTime() {
        SealingKeys keys = of(Secrets.UP);
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(texts.add(keys.seal(SHOP, KEY).text())).isTrue();
        }
    }

    @Test
    void itOpensForItsOwnerAlone() {
        SealingKeys keys = of(Secrets.UP);
        Sealed sealed = keys.seal(SHOP, KEY);
        assertThatThrownBy(() -> keys.open(KeyOwner.of(new CertificateName("other")), sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("certificate/other: what is sealed was changed, or belongs to another owner (expected: as"
                        + " it was sealed)");
        assertThatThrownBy(() -> keys.open(KeyOwner.externalAccount(new CertificateName("shop")), sealed))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anyByteThatIsChangedIsNoticed() {
        SealingKeys keys = of(Secrets.UP);
        byte[] sealed = keys.seal(SHOP, KEY).bytes();
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> keys.open(SHOP, Sealed.of(changed)))
                    .as("byte %d", i)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> keys.open(SHOP, Sealed.of(cut)))
                    .as("%d bytes", length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> keys.open(SHOP, new Sealed("no Base64 at all!")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherSecretDoesNotOpenItAndIsNamed() {
        Sealed sealed = of(Secrets.UP).seal(SHOP, KEY);
        assertThatThrownBy(() -> of(Secrets.DOWN).open(SHOP, sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("certificate/shop: sealed by the secret [0-9a-f]{8} \\(expected: the secret of this"
                        + " node or the one before, [0-9a-f]{8}; all members have the same secret\\)");
    }

    /** Three rolling edits of the file: the new secret is added, becomes the first, and is the only one. */
    @Test
    void aSecretIsReplacedWhileNodesRun() throws Exception {
        Path file = Secrets.file(folder.resolve("secret"), Secrets.UP);
        SecretWatch watch = SecretWatch.open(file);
        SealingKeys keys = new SealingKeys(watch, new SecureRandom());
        Sealed old = keys.seal(SHOP, KEY);
        Secrets.file(file, Secrets.UP, Secrets.DOWN);
        assertThat(watch.reload()).isTrue();
        assertThat(keys.open(SHOP, of(Secrets.DOWN, Secrets.UP).seal(SHOP, KEY)))
                .as("of a member that is a step ahead")
                .isEqualTo(KEY);
        Secrets.file(file, Secrets.DOWN, Secrets.UP);
        assertThat(watch.reload()).isTrue();
        assertThat(keys.open(SHOP, old)).isEqualTo(KEY);
        Sealed anew = keys.seal(SHOP, KEY);
        assertThat(of(Secrets.DOWN).open(SHOP, anew)).isEqualTo(KEY);
        Secrets.file(file, Secrets.DOWN);
        assertThat(watch.reload()).isTrue();
        assertThat(keys.open(SHOP, anew)).isEqualTo(KEY);
        assertThatThrownBy(() -> keys.open(SHOP, old)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyIsSealedUpToALimit() {
        SealingKeys keys = of(Secrets.UP);
        int most = Sealed.BYTES_MAX - 33;
        assertThat(keys.open(SHOP, keys.seal(SHOP, new byte[most]))).hasSize(most);
        assertThatThrownBy(() -> keys.seal(SHOP, new byte[most + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a key of " + (most + 1) + " bytes");
    }

    @Test
    void aNodeWithoutASecretSealsNothing() {
        assertThat(KeySeal.NONE.hasSecret()).isFalse();
        assertThatThrownBy(() -> KeySeal.NONE.seal(SHOP, KEY))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("openssl rand -hex 32 > FILE; chmod 600 FILE");
        assertThatThrownBy(() -> KeySeal.NONE.open(SHOP, Sealed.of(KEY))).isInstanceOf(IllegalStateException.class);
    }
}
