package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.certificate.AcmeSettings.KeyType;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeysTest {
    @ParameterizedTest
    @EnumSource(names = {"EC_P256", "EC_P384", "RSA_2048"})
    void aKeyIsReadAgainFromItsPrivatePart(KeyType type) throws Exception {
        KeyPair made = Keys.generate(type);
        KeyPair read = Keys.read(made.getPrivate().getEncoded());
        assertThat(read.getPublic()).isEqualTo(made.getPublic());
        assertThat(Keys.type(read.getPublic())).isEqualTo(type);
        PKCS10CertificationRequest request =
                new PKCS10CertificationRequest(Keys.request(List.of("a.example.com"), read));
        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(made.getPublic())))
                .isTrue();
    }

    @Test
    void whatIsNoKeyIsRefused() {
        assertThatThrownBy(() -> Keys.read(new byte[10])).isInstanceOf(GeneralSecurityException.class);
    }
}
