package io.weldr.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.testing.TestAuthority;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemCertificatesTest {
    private static TestAuthority authority;
    private static String pem;

    @BeforeAll
    static void makeAuthority() throws Exception {
        authority = new TestAuthority("Test Authority");
        pem = authority.pem();
    }

    @AfterAll
    static void remove() throws Exception {
        authority.close();
    }

    @Test
    void certificatesAreReadInTheirOrderWhateverStandsBetweenThem() throws Exception {
        TestAuthority.Issued issued = authority.issue("-1d", 10, "dns:a.example");
        assertThat(PemCertificates.parse("# ours\n" + issued.pem() + "\r\n and the authority\r\n"
                        + pem.replace("\n", "\r\n") + "the end"))
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=issued-0", "CN=Test Authority");
    }

    @ParameterizedTest
    @CsvSource({
        "'', no certificate (expected: PEM",
        "hello, no certificate (expected: PEM",
        "-----BEGIN PRIVATE KEY-----AA==-----END PRIVATE KEY-----, block 1 is no certificate",
        "-----BEGIN CERTIFICATE-----AA==, certificate 1 has no end",
        "-----BEGIN CERTIFICATE-----AA==-----END CERTIFICATE-----, certificate 1 cannot be read",
        "-----BEGIN CERTIFICATE-----!-----END CERTIFICATE-----, certificate 1 cannot be read",
        "'-----BEGIN ', block 1 is no certificate"
    })
    void whatIsNoCertificateIsSaid(String given, String why) {
        assertThatThrownBy(() -> PemCertificates.parse(given))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith(why);
    }

    @Test
    void theSecondOfTwoIsNamed() {
        assertThatThrownBy(() ->
                        PemCertificates.parse(pem + "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"))
                .hasMessageStartingWith("certificate 2 cannot be read");
    }

    @Test
    void aPolicyWhoseAuthoritiesCannotBeReadIsRefusedByTheFieldsName() {
        OriginTrust.check(OriginTlsPolicy.DEFAULT);
        OriginTrust.check(new OriginTlsPolicy(pem, null, null, false));
        String broken = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
        assertThatThrownBy(() -> OriginTrust.check(new OriginTlsPolicy(broken, null, null, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tls.authorities: certificate 1 cannot be read");
    }

    @Test
    void aClientCertificateIsShownForKeysOfItsKindAndItsKeyHasToBeReadable() throws Exception {
        TestAuthority.Issued issued = authority.issue("-1d", 10, "dns:client.example");
        ClientKeys keys = ClientKeys.of(issued.pem(), issued.key().getEncoded());
        assertThat(keys.getClientAliases("EC", null)).hasSize(1);
        assertThat(keys.getClientAliases("RSA", null)).isNull();
        assertThat(keys.getServerAliases("EC", null)).isNull();
        assertThatThrownBy(() -> ClientKeys.of(issued.pem(), new byte[] {1, 2, 3}))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("the private key cannot be read (expected: PKCS#8)");
    }
}
