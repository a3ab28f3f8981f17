package io.weldr.leader.acme;

import io.weldr.core.port.ChallengeCertificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates of TLS-ALPN-01 (RFC 8737 section 3): for one host, signed by their own key, with the digest of the
 * key authorization in a critical extension. Nobody trusts them, and no authority looks at their dates. Every node
 * makes its own. Thread safe.
 */
public final class TlsAlpnCertificates implements ChallengeCertificates {
    private static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
    private static final String NAME = "CN=acme.invalid";
    private static final Duration LIFE = Duration.ofDays(7);

    /** Clocks of nodes and authorities differ. */
    private static final Duration BEFORE = Duration.ofHours(1);

    private final Clock clock;

    /** @param clock of this node */
    public TlsAlpnCertificates(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Made make(String host, String keyAuthorization) {
        KeyPair key = Keys.generate(Keys.ACCOUNT);
        Instant now = clock.instant();
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
            X500Name name = new X500Name(NAME); // not before: a node that proves nothing does not load the library
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(now.toEpochMilli()),
                    Date.from(now.minus(BEFORE)),
                    Date.from(now.plus(LIFE)),
                    name,
                    key.getPublic());
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
            builder.addExtension(new ASN1ObjectIdentifier(ACME_IDENTIFIER), true, new DEROctetString(digest));
            X509Certificate made = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
            return new Made(Leaf.pem(List.of(made)), key.getPrivate().getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no certificate could be made to prove " + host, e);
        }
    }
}
