package io.weldr.trust;

import io.weldr.core.Check;
import io.weldr.core.state.MemberId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority that every member of a cluster has in common without having been told: its key, on the
 * curve P-256, follows from the secret. Immutable.
 *
 * <p>The private key is 48 octets of HKDF, taken modulo n - 1, plus one, as in FIPS 186-5, appendix A.2.1: with 128
 * bits more than the order n has, no key is more likely than another by anything that could be noticed.
 */
final class ClusterAuthority {
    private static final int SEED_BYTES = 48;
    private static final String CURVE = "secp256r1";
    private static final String SIGNATURE = "SHA256withECDSA";

    /** Of a serial number: RFC 5280 section 4.1.2.2 allows 20 octets, and they are positive. */
    private static final int SERIAL_BITS = 127;

    /** Of the authority's own certificate: as long as there are dates (RFC 5280 section 4.1.2.5). */
    private static final Instant SINCE = Instant.parse("2020-01-01T00:00:00Z");

    private static final Instant UNTIL = Instant.parse("9999-12-31T23:59:59Z");

    private final String fingerprint;
    private final X500Name name;
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private ClusterAuthority(byte[] seed, String fingerprint) {
        this.fingerprint = fingerprint;
        this.name = new X500Name("CN=" + MemberNames.AUTHORITY + fingerprint);
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(CURVE));
            ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
            BigInteger scalar = new BigInteger(1, seed)
                    .mod(curve.getOrder().subtract(BigInteger.ONE))
                    .add(BigInteger.ONE);
            var point =
                    CustomNamedCurves.getByName(CURVE).getG().multiply(scalar).normalize();
            KeyFactory keys = KeyFactory.getInstance("EC");
            privateKey = keys.generatePrivate(new ECPrivateKeySpec(scalar, curve));
            publicKey = keys.generatePublic(new ECPublicKeySpec(
                    new ECPoint(
                            point.getAffineXCoord().toBigInteger(),
                            point.getAffineYCoord().toBigInteger()),
                    curve));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no curve " + CURVE + ", which every Java must have", e);
        }
    }

    /** Those of the secrets that members may use: that of the current one first, then that of the previous one. */
    static List<ClusterAuthority> of(ClusterSecret secret) {
        List<byte[]> seeds = secret.seeds(Label.CLUSTER_CA, SEED_BYTES);
        List<String> fingerprints = secret.fingerprints();
        List<ClusterAuthority> authorities = new ArrayList<>();
        for (int i = 0; i < seeds.size(); i++) {
            authorities.add(new ClusterAuthority(seeds.get(i), fingerprints.get(i)));
        }
        return List.copyOf(authorities);
    }

    /** That of the secret, which tells nothing of it. */
    String fingerprint() {
        return fingerprint;
    }

    PublicKey publicKey() {
        return publicKey;
    }

    /** Signs a certificate by which a member is both a client and a server of others. */
    X509Certificate issue(MemberId member, KeyPair keys, Instant notBefore, Instant notAfter, SecureRandom random) {
        return issue(
                new Subject(
                        member.value(),
                        List.of(uri(MemberNames.URI + member)),
                        List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)),
                keys,
                notBefore,
                notAfter,
                random);
    }

    /**
     * Signs a certificate by which the API of a member is a server. Its common name is no id of a member, so that the
     * Raft port does not take it for that of one.
     *
     * @param hosts names and IP addresses
     */
    X509Certificate issueApi(
            MemberId member,
            List<String> hosts,
            KeyPair keys,
            Instant notBefore,
            Instant notAfter,
            SecureRandom random) {
        List<GeneralName> names = new ArrayList<>();
        for (String host : hosts) {
            boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        names.add(uri(MemberNames.API + member));
        return issue(
                new Subject("weldr api " + member, names, List.of(KeyPurposeId.id_kp_serverAuth)),
                keys,
                notBefore,
                notAfter,
                random);
    }

    /** Signs a certificate by which an administrator is a client of the API. */
    X509Certificate issueAdministrator(
            String administrator, KeyPair keys, Instant notBefore, Instant notAfter, SecureRandom random) {
        return issue(
                new Subject(
                        "weldr admin " + administrator,
                        List.of(uri(MemberNames.ADMINISTRATOR + administrator)),
                        List.of(KeyPurposeId.id_kp_clientAuth)),
                keys,
                notBefore,
                notAfter,
                random);
    }

    private static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    /** What a certificate says of its owner. */
    private record Subject(String commonName, List<GeneralName> names, List<KeyPurposeId> purposes) {}

    private X509Certificate issue(
            Subject subject, KeyPair keys, Instant notBefore, Instant notAfter, SecureRandom random) {
        Check.that(notBefore.isBefore(notAfter), "not after", notAfter, "later than " + notBefore);
        return sign(subject.commonName(), keys.getPublic(), notBefore, notAfter, random, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(subject.purposes().toArray(KeyPurposeId[]::new)));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(subject.names().toArray(GeneralName[]::new)));
        });
    }

    /**
     * The certificate of the authority itself, for clients that have not the secret. The key is always the same, the
     * signature is not.
     */
    X509Certificate certificate(SecureRandom random) {
        return sign(null, publicKey, SINCE, UNTIL, random, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        });
    }

    /** Adds what a certificate says besides. */
    @FunctionalInterface
    private interface Extensions {
        void add(JcaX509v3CertificateBuilder builder) throws IOException;
    }

    /** @param commonName null: that of the authority itself */
    private X509Certificate sign(
            @Nullable String commonName,
            PublicKey key,
            Instant notBefore,
            Instant notAfter,
            SecureRandom random,
            Extensions extensions) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                    Date.from(notBefore),
                    Date.from(notAfter),
                    commonName == null ? name : new X500Name("CN=" + commonName),
                    key);
            extensions.add(builder);
            byte[] der = builder.build(new JcaContentSignerBuilder(SIGNATURE).build(privateKey))
                    .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign with " + SIGNATURE, e);
        } catch (IOException e) {
            throw new UncheckedIOException("encoding the certificate of " + commonName, e);
        }
    }
}
