package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.SessionSigner;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionSignaturesTest {
    private static final String OLD = Secrets.UP;
    private static final String NEW = Secrets.DOWN;

    @Test
    void membersWithTheSameSecretAcceptEachOthersSignatures() {
        SessionSigner one = SessionSignatures.of(() -> secret(OLD));
        SessionSigner other = SessionSignatures.of(() -> secret(OLD));
        String signature = one.sign("12.99.ann");
        assertThat(signature).matches("[0-9A-Za-z_-]{43}");
        assertThat(other.signed("12.99.ann", signature)).isTrue();
        assertThat(other.signed("12.98.ann", signature)).isFalse();
        assertThat(other.signed("12.99.ann", signature.substring(1))).isFalse();
        assertThat(SessionSignatures.of(() -> secret(NEW)).signed("12.99.ann", signature))
                .isFalse();
    }

    @Test
    void whileTheSecretIsReplacedTheOldSignaturesHold() {
        AtomicReference<ClusterSecret> secret = new AtomicReference<>(secret(OLD));
        SessionSigner signer = SessionSignatures.of(secret::get);
        String signature = signer.sign("text");
        secret.set(secret(NEW, OLD));
        assertThat(signer.signed("text", signature)).isTrue();
        assertThat(signer.sign("text")).isNotEqualTo(signature);
        secret.set(secret(NEW));
        assertThat(signer.signed("text", signature)).isFalse();
    }

    @Test
    void aNodeWithoutASecretAcceptsItsOwnAlone() {
        SessionSigner own = SessionSignatures.ofThisNode(new SecureRandom());
        String signature = own.sign("text");
        assertThat(own.signed("text", signature)).isTrue();
        assertThat(SessionSignatures.ofThisNode(new SecureRandom()).signed("text", signature))
                .isFalse();
    }

    private static ClusterSecret secret(String... lines) {
        return Secrets.of(lines);
    }
}
