package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.ChallengeCertificates.Made;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TlsAlpnCertificatesTest {
    private static final int DNS_NAME = 2;

    /** RFC 8737 section 3: one name, and the digest in a critical extension, as an octet string within one. */
    @Test
    void showsTheDigestForTheHostAlone() throws Exception {
        Made made = new TlsAlpnCertificates(new TestClock()).make("a.example.com", "token.thumbprint");
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(made.chain().getBytes(StandardCharsets.US_ASCII)));
        certificate.checkValidity();
        certificate.verify(Keys.read(made.key()).getPublic());
        assertThat(certificate.getSubjectAlternativeNames())
                .singleElement()
                .satisfies(name -> assertThat(name.toArray()).containsExactly(DNS_NAME, "a.example.com"));
        assertThat(certificate.getCriticalExtensionOIDs()).contains("1.3.6.1.5.5.7.1.31");
        byte[] extension = certificate.getExtensionValue("1.3.6.1.5.5.7.1.31");
        assertThat(Arrays.copyOf(extension, 4)).containsExactly(4, 34, 4, 32);
        assertThat(Arrays.copyOfRange(extension, 4, 36))
                .isEqualTo(MessageDigest.getInstance("SHA-256")
                        .digest("token.thumbprint".getBytes(StandardCharsets.US_ASCII)));
    }
}
