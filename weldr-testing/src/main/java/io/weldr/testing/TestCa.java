package io.weldr.testing;

import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of a test, which makes keys and certificates within milliseconds. {@link TestAuthority} needs
 * a second for each. Thread safe.
 */
public final class TestCa {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final KeyPair keys;
    private final X509Certificate certificate;
    private final List<X509Certificate> above; // up to the root, which is left out

    /** What this authority has issued: a key, and the chain from its certificate to below the root. */
    public record Issued(PrivateKey key, List<X509Certificate> chain) {
        public X509Certificate certificate() {
            return chain.get(0);
        }

        /** The chain in PEM. */
        public String pem() {
            return chain.stream().map(TestCa::pem).reduce("", String::concat);
        }

        /** The key in PEM. */
        public String keyPem() {
            return TestCa.pem("PRIVATE KEY", key.getEncoded());
        }
    }

    private TestCa(KeyPair keys, X509Certificate certificate, List<X509Certificate> above) {
        this.keys = keys;
        this.certificate = certificate;
        this.above = List.copyOf(above);
    }

    /** A root of that common name, with a key of EC. */
    public static TestCa root(String name) {
        KeyPair pair = ec();
        X500Principal subject = new X500Principal("CN=" + name);
        return new TestCa(
                pair,
                sign(subject, pair, subject, pair.getPrivate(), Instant.now(), Duration.ofDays(10), true),
                List.of());
    }

    /** An authority below this one. */
    public TestCa intermediate(String name) {
        KeyPair pair = ec();
        X509Certificate made = sign(
                new X500Principal("CN=" + name),
                pair,
                issuer(),
                keys.getPrivate(),
                Instant.now(),
                Duration.ofDays(9),
                true);
        List<X509Certificate> chain = new ArrayList<>(List.of(made));
        chain.addAll(above);
        return new TestCa(pair, made, chain);
    }

    /** A certificate of EC for these DNS names or addresses, valid for a week. */
    public Issued issue(String... hosts) {
        return issue(ec(), new X500Principal("CN=" + hosts[0]), Instant.now(), Duration.ofDays(7), hosts);
    }

    /** The same, valid for so long. */
    public Issued issueFor(Duration validity, String... hosts) {
        return issue(ec(), new X500Principal("CN=" + hosts[0]), Instant.now(), validity, hosts);
    }

    /** The same with a key of RSA. */
    public Issued issueRsa(String... hosts) {
        return issue(rsa(), new X500Principal("CN=" + hosts[0]), Instant.now(), Duration.ofDays(7), hosts);
    }

    /** A certificate of a client. */
    public Issued client(String subject) {
        return issue(ec(), new X500Principal(subject), Instant.now(), Duration.ofDays(7));
    }

    /** A certificate of a client that has expired. */
    public Issued expiredClient(String subject) {
        return issue(ec(), new X500Principal(subject), Instant.now().minus(Duration.ofDays(9)), Duration.ofDays(7));
    }

    private Issued issue(KeyPair pair, X500Principal subject, Instant from, Duration validity, String... hosts) {
        List<X509Certificate> chain = new ArrayList<>(
                List.of(sign(subject, pair, issuer(), keys.getPrivate(), from, validity, false, hosts)));
        chain.addAll(above);
        return new Issued(pair.getPrivate(), chain);
    }

    private X500Principal issuer() {
        return certificate.getSubjectX500Principal();
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate of this authority in PEM. */
    public String pem() {
        return pem(certificate);
    }

    private static X509Certificate sign(
            X500Principal subject,
            KeyPair pair,
            X500Principal issuer,
            PrivateKey by,
            Instant from,
            Duration validity,
            boolean authority,
            String... hosts) {
        Date begin = Date.from(from.minus(Duration.ofHours(1)));
        Date end = Date.from(from.plus(validity));
        var builder = new JcaX509v3CertificateBuilder(
                issuer, BigInteger.valueOf(SERIAL.getAndIncrement()), begin, end, subject, pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (hosts.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(Arrays.stream(hosts).map(TestCa::name).toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder(
                    "SHA256with" + (by.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA"));
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer.build(by)));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static GeneralName name(String host) {
        boolean address = host.matches("[0-9.]+") || host.contains(":");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
    }

    private static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String type, byte[] der) {
        StringWriter text = new StringWriter();
        text.append("-----BEGIN ").append(type).append("-----\n");
        text.append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
        text.append("\n-----END ").append(type).append("-----\n");
        return text.toString();
    }
}
