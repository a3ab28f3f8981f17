package io.weldr.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.testkit.TestPems;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By certificates that {@code certificates/make.sh} made. */
class CertificateReaderTest {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");

    private KeyedChain read(String chain, String key) {
        return CertificateReader.read(TestPems.of(chain), TestPems.of(key), NOW);
    }

    @Test
    void allThatThereIsToSayIsReadFromTheFirstCertificate() {
        KeyedChain read = read("ec256+middle", "ec256.key.pem");
        assertThat(read.hosts()).containsExactly("shop.example.com", "*.example.com", "192.0.2.1");
        assertThat(read.notBefore()).isEqualTo("2020-01-01T00:00:00Z");
        assertThat(read.notAfter()).isEqualTo("2056-01-01T00:00:00Z");
        assertThat(read.keyType()).isEqualTo("EC P-256");
        assertThat(read.serial()).matches("[0-9a-f]{30,40}");
        assertThat(read.fingerprint()).matches("[0-9a-f]{64}");
        assertThat(read.chain()).isEqualTo(TestPems.of("ec256+middle"));
        assertThat(read.warnings()).isEmpty();
        assertThat(read.toString())
                .doesNotContain(Base64.getEncoder().encodeToString(read.key().getEncoded()));
    }

    @ParameterizedTest
    @CsvSource({
        "ec256, ec256.key.pem, EC P-256",
        "ec256, ec256.sec1.key.pem, EC P-256",
        "ec256, ec256.parameters.key.pem, EC P-256",
        "ec384, ec384.key.pem, EC P-384",
        "rsa2048, rsa2048.key.pem, RSA 2048",
        "rsa2048, rsa2048.pkcs1.key.pem, RSA 2048",
    })
    void everyFormOfAKeyIsTakenAndComesOutAsPkcs8(String chain, String key, String type) {
        KeyedChain read = read(chain + "+middle", key);
        assertThat(read.keyType()).isEqualTo(type);
        KeyedChain again = CertificateReader.read(read.chain(), read.key().getEncoded(), NOW);
        assertThat(again.key()).isEqualTo(read.key());
        assertThat(again.fingerprint()).isEqualTo(read.fingerprint());
        assertThat(secret(read)).isEqualTo(secret(read(chain + "+middle", chain + ".key.pem")));
    }

    /** The same key may be written with more or less of what belongs to it. */
    private static BigInteger secret(KeyedChain read) {
        return read.key() instanceof ECPrivateKey ec ? ec.getS() : ((RSAPrivateKey) read.key()).getPrivateExponent();
    }

    @Test
    void textAroundTheBlocksAndWindowsLineEndsDoNotCount() {
        String odd = "# from the authority\r\n" + TestPems.of("text+middle").replace("\n", "\r\n") + "\r\n \r\n";
        assertThat(CertificateReader.read(odd, TestPems.of("ec256.key.pem").replace("\n", "\r\n"), NOW)
                        .chain())
                .isEqualTo(TestPems.of("ec256+middle"));
    }

    @Test
    void theRootIsLeftOut() {
        assertThat(read("ec256+middle+root", "ec256.key.pem").chain()).isEqualTo(TestPems.of("ec256+middle"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "self   | ec256.key.pem | the certificate is self-signed: only clients that have it trust it",
                "ec256  | ec256.key.pem | the chain holds one certificate: if it was not signed by a root that clients"
                        + " know, they refuse it (add the certificate of CN=weldr-test-middle)",
                "client | ec256.key.pem | the certificate is for clients alone",
            })
    void whatIsOddIsTold(String chain, String key, String warning) {
        assertThat(read(chain, key).warnings()).hasSize(1).first().asString().startsWith(warning);
    }

    @Test
    void aCertificateThatIsNotValidYetIsTakenAndTold() {
        KeyedChain read = CertificateReader.read(
                TestPems.of("ec256+middle"), TestPems.of("ec256.key.pem"), Instant.parse("2019-12-31T00:00:00Z"));
        assertThat(read.warnings())
                .containsExactly(
                        "the certificate is not valid before 2020-01-01T00:00:00Z: until then clients refuse it");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        assertThatThrownBy(() -> CertificateReader.read(
                        TestPems.of("ec256+middle"),
                        TestPems.of("ec256.key.pem"),
                        Instant.parse("2056-01-01T00:00:00Z")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chain: certificate 1, \"CN=shop.example.com\", expired at 2056-01-01T00:00:00Z"
                        + " (expected: certificates that are valid after 2056-01-01T00:00:00Z)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ec256+root           | chain: certificate 2 of 2, \"CN=weldr-test-root\", did not sign certificate 1,"
                        + " \"CN=shop.example.com\" (expected: the certificate of the hosts first, and after each"
                        + " certificate the one that signed it, which is of \"CN=weldr-test-middle\")",
                "middle+ec256         | chain: certificate 2 of 2, \"CN=shop.example.com\", did not sign certificate 1,"
                        + " \"CN=weldr-test-middle\"",
                "ec256+root+middle    | chain: certificate 2 of 3, \"CN=weldr-test-root\", did not sign certificate 1,"
                        + " \"CN=shop.example.com\", but certificate 3 did",
                "ec256+ec256+middle   | chain: certificate 2 of 3",
                "no-names+middle      | chain: certificate 1, \"CN=only.example.com\", has no subject alternative name"
                        + " (expected: the hosts as subject alternative names, because clients do not look at the"
                        + " common name)",
                "odd-name             | chain: certificate 1 is for \"a b.example.com\" (expected: DNS names",
                "many-names           | chain: certificate 1 has 101 subject alternative names (expected: at most 100)",
                "sign-only            | chain: the key usage of certificate 1, \"CN=a\", has no digitalSignature",
                "mail                 | chain: the extended key usage of certificate 1, \"CN=a\", has neither",
                "sha1+middle          | chain: certificate 1, \"CN=a\", is signed with SHA1withECDSA"
                        + " (expected: a signature with SHA-256 or better)",
                "rsa1024              | chain: a key of RSA of 1024 bits (expected: RSA of 2048 to 8192 bits, or EC on"
                        + " the curve P-256 or P-384)",
                "ec521                | chain: a key of EC on another curve of 521 bits (expected: RSA",
                "ed25519              | chain: a key of EdDSA (expected: RSA",
                "ec256.der            | chain: DER (expected: PEM; to convert it: openssl x509 -inform der -in FILE -out NEW.pem)",
                "ec256.p12            | chain: PKCS#12 (expected: PEM; to convert it: openssl pkcs12 -in FILE -nodes"
                        + " -nokeys -out NEW.pem)",
                "pkcs7                | chain: a block PKCS7 (expected: certificates alone; to convert it: openssl pkcs7",
                "trusted              | chain: a block TRUSTED CERTIFICATE (expected: certificates alone; to convert",
                "request              | chain: a block CERTIFICATE REQUEST (expected: the certificate that an authority"
                        + " makes of the request)",
                "ec256+ec256.key.pem  | chain: a block PRIVATE KEY (expected: certificates alone)",
            })
    void aChainThatCannotBePresentedIsRefused(String chain, String message) {
        assertRefused(TestPems.of(chain), TestPems.of("ec256.key.pem"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rsa2048.key.pem           | privateKey: a key that does not belong to the first certificate of the"
                        + " chain (expected: the key that the certificate was made for; openssl pkey -in KEY.pem",
                "ec384.key.pem             | privateKey: a key that does not belong to the first certificate",
                "ec256.encrypted.key.pem   | privateKey: a key that is encrypted with a passphrase (expected: a key"
                        + " without one; to remove it: openssl pkey -in FILE -out KEY.pem)",
                "rsa2048.encrypted.key.pem | privateKey: a key that is encrypted with a passphrase",
                "ec256.key.der             | privateKey: DER (expected: PEM; to convert it: openssl pkey -inform der",
                "ec256.p12                 | privateKey: PKCS#12 (expected: PEM; to convert it: openssl pkcs12 -in FILE"
                        + " -nodes -nocerts -out NEW.pem)",
                "ed25519.key.pem           | privateKey: a key of another algorithm than RSA and EC (expected: one",
                "ec256.pem                 | privateKey: a block CERTIFICATE (expected: one private key of RSA or EC in"
                        + " PEM: PKCS#8, PKCS#1 or SEC 1, without passphrase)",
                "ec256.pem+ec256.key.pem   | privateKey: the blocks [CERTIFICATE, PRIVATE KEY] (expected: one private",
            })
    void aKeyThatCannotBeUsedIsRefused(String key, String message) {
        assertRefused(TestPems.of("ec256+middle"), TestPems.of(key), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                  | nothing (expected: PEM, which begins with -----BEGIN",
                "hello                                               | no PEM (expected: PEM, which begins with -----BEGIN",
                "-----BEGIN X-----                                   | a block X that does not end (expected: a line"
                        + " -----END X-----)",
                "-----BEGIN CERTIFICATE-----?-----END CERTIFICATE----- | block 1 (CERTIFICATE) is not Base64 (expected:",
                "-----BEGIN CERTIFICATE----------END CERTIFICATE----- | block 1 (CERTIFICATE) is not Base64 (expected:",
                "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE----- | block 1 is no certificate of X.509 (expected:",
            })
    void whatIsNoPemIsRefused(String chain, String message) {
        assertRefused(chain, TestPems.of("ec256.key.pem"), "chain: " + message);
        if (!message.contains("X.509")) {
            assertRefused(TestPems.of("ec256"), chain, "privateKey: " + message);
        }
    }

    @Test
    void whatIsTooLongIsRefused() {
        assertRefused(
                TestPems.of("ec256") + " ".repeat(64 * 1024), TestPems.of("ec256.key.pem"), "chain: characters: ");
        assertRefused(
                TestPems.of("ec256"), TestPems.of("ec256.key.pem") + " ".repeat(16 * 1024), "privateKey: characters: ");
        String eleven =
                IntStream.range(0, 11).mapToObj(i -> TestPems.of("middle")).collect(Collectors.joining());
        assertRefused(eleven, TestPems.of("ec256.key.pem"), "chain: certificates: 11 (expected: at most 10)");
    }

    @Test
    void base64WithoutItsLinesIsRecognised() {
        String bare =
                Base64.getEncoder().encodeToString(TestPems.of("ec256.der").getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(
                bare,
                TestPems.of("ec256.key.pem"),
                "chain: Base64 without the lines of PEM (expected: PEM, which begins with -----BEGIN CERTIFICATE-----)");
        String packed =
                Base64.getEncoder().encodeToString(TestPems.of("ec256.p12").getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(bare, packed, "chain: Base64");
        assertRefused(
                TestPems.of("ec256"), packed, "privateKey: PKCS#12 in Base64 (expected: PEM; to convert it: openssl");
    }

    /** Whatever is wrong with it, the answer is one line that shows nothing of the key. */
    private void assertRefused(String chain, String key, String message) {
        assertThatThrownBy(() -> CertificateReader.read(chain, key, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .satisfies(e -> {
                    assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(600);
                    key.lines()
                            .filter(line -> line.length() > 20 && !line.startsWith("-----"))
                            .forEach(line -> assertThat(e.getMessage()).doesNotContain(line.substring(0, 20)));
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec256.key.pem",
                "ec256.sec1.key.pem",
                "rsa2048.key.pem",
                "rsa2048.pkcs1.key.pem",
                "ec256.pem",
                "text.pem"
            })
    void bytesThatWereChangedAreReadOrRefusedAndNothingElse(String name) {
        long seed = Long.getLong("pem.seed", System.nanoTime());
        System.out.println("pem.seed=" + seed);
        Random random = new Random(seed);
        boolean isKey = name.contains("key");
        Pem.Kind kind = isKey ? Pem.Kind.PRIVATE_KEY : Pem.Kind.CERTIFICATES;
        Pem.Block block = Pem.read("x", kind, TestPems.of(name)).get(0);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = block.bytes();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)) : bytes;
            String changed = Pem.write(block.label(), cut);
            assertThatCode(() -> {
                        try {
                            CertificateReader.read(
                                    isKey ? TestPems.of("ec256") : changed,
                                    isKey ? changed : TestPems.of("ec256.key.pem"),
                                    NOW);
                        } catch (IllegalArgumentException e) {
                            assertThat(e.getMessage()).contains("(expected: ");
                        }
                    })
                    .as("seed %d, round %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void authoritiesMayBeSeveralAndHaveToBeAuthorities() {
        CertificateReader.checkAuthorities("tls.clientAuthorities", TestPems.of("root+middle"));
        CertificateReader.checkAuthorities("tls.clientAuthorities", TestPems.of("self"));
        assertThatThrownBy(() -> CertificateReader.checkAuthorities("tls.authorities", TestPems.of("root+ec256")))
                .hasMessage("tls.authorities: certificate 2, \"CN=shop.example.com\", is of no authority"
                        + " (expected: certificates that may sign others)");
        assertThatThrownBy(() -> CertificateReader.checkAuthorities("tls.authorities", "no"))
                .hasMessage("tls.authorities: no PEM (expected: PEM, which begins with -----BEGIN CERTIFICATE-----)");
    }
}
