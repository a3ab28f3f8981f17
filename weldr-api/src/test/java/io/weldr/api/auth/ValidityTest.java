package io.weldr.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.ApiTls;
import io.weldr.core.state.Actor;
import io.weldr.testing.TestCa;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValidityTest implements ApiTls {
    private static final Actor ANN = Actor.certificate("ann");

    private final X509Certificate certificate =
            TestCa.root("clients").client("CN=ann").certificate();
    private long nowNanos = 7;
    private int looks;
    private @Nullable Actor known = ANN;

    @Override
    public X509ExtendedKeyManager keys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public X509ExtendedTrustManager trust() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Actor client(X509Certificate shown) {
        looks++;
        return shown.equals(certificate) ? known : null;
    }

    @Test
    void aCertificateIsLookedAtOnceASecond() {
        Validity validity = new Validity(new Certified(ANN, certificate), this, () -> nowNanos);
        for (int i = 0; i < 1000; i++) {
            assertThat(validity.getAsBoolean()).isTrue();
        }
        assertThat(looks).isEqualTo(1);
        known = null;
        nowNanos += Validity.LOOK_EVERY_NANOS;
        assertThat(validity.getAsBoolean()).isFalse();
        known = ANN;
        assertThat(validity.getAsBoolean()).isFalse();
        nowNanos += Validity.LOOK_EVERY_NANOS;
        assertThat(validity.getAsBoolean()).isTrue();
        known = Actor.certificate("bob"); // the same key in another's name is another client
        nowNanos += Validity.LOOK_EVERY_NANOS;
        assertThat(validity.getAsBoolean()).isFalse();
    }
}
