package io.weldr.core.tls;

import io.weldr.core.Check;
import io.weldr.core.certificate.IssuedChain;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads and checks certificates and private keys that operators give or an authority issues. Pure; takes some
 * milliseconds of a CPU.
 */
public final class CertificateReader {
    /** Chains of public authorities have two or three certificates. */
    private static final int CERTIFICATES_MAX = 10;

    /** A key of RSA 8192 in PEM takes below 7 KiB. */
    private static final int KEY_CHARS_MAX = 16 * 1024;

    /** What is signed to see whether two keys belong together: anything will do. */
    private static final byte[] CHALLENGE = new byte[32];

    private CertificateReader() {}

    /**
     * A chain and its private key.
     *
     * @param chain PEM, the certificate of the hosts first, each signed by the next; a root at its end is left out
     * @param key PEM: PKCS#8, PKCS#1 or SEC 1, not encrypted
     * @param now by which no certificate may have expired
     * @throws IllegalArgumentException they cannot be presented: which of them, what was found and what is expected,
     *     never what the key is
     */
    public static KeyedChain read(String chain, String key, Instant now) {
        List<X509Certificate> certificates = chain(chain); // a fault in both is told of the chain
        Check.atMost("privateKey: characters", key.length(), KEY_CHARS_MAX);
        return read(certificates, PrivateKeys.read(key), now);
    }

    /** The same with a key that was read before, as PKCS#8. */
    public static KeyedChain read(String chain, byte[] key, Instant now) {
        return read(chain(chain), PrivateKeys.read(key), now);
    }

    private static List<X509Certificate> chain(String chain) {
        Check.atMost("chain: characters", chain.length(), IssuedChain.CHAIN_CHARS_MAX);
        List<X509Certificate> certificates = certificates("chain", chain);
        Check.atMost("chain: certificates", certificates.size(), CERTIFICATES_MAX);
        return certificates;
    }

    private static KeyedChain read(List<X509Certificate> given, PrivateKey key, Instant now) {
        List<String> warnings = new ArrayList<>();
        ChainChecks.checkOrder(given);
        List<X509Certificate> chain = withoutRoot(given);
        for (int i = 0; i < chain.size(); i++) {
            ChainChecks.checkTime(chain.get(i), i + 1, now);
            ChainChecks.checkSignature(chain.get(i), i + 1);
        }
        X509Certificate own = chain.get(0);
        String keyType = ChainChecks.keyType(own.getPublicKey());
        ChainChecks.checkUsage(own);
        checkBelongs(key, own.getPublicKey());
        Instant notBefore = own.getNotBefore().toInstant();
        if (notBefore.isAfter(now)) {
            warnings.add("the certificate is not valid before " + notBefore + ": until then clients refuse it");
        }
        if (ChainChecks.forClientsAlone(own)) {
            warnings.add("the certificate is for clients alone: pools can show it to origins, and no listener can"
                    + " present it");
        } else if (ChainChecks.selfSigned(own)) {
            warnings.add("the certificate is self-signed: only clients that have it trust it");
        } else if (chain.size() == 1 && own.getBasicConstraints() < 0 && given.size() == 1) {
            warnings.add("the chain holds one certificate: if it was not signed by a root that clients know, they"
                    + " refuse it (add the certificate of "
                    + own.getIssuerX500Principal().getName() + ")");
        }
        return new KeyedChain(
                pem(chain),
                key,
                ChainChecks.hosts(own),
                notBefore,
                own.getNotAfter().toInstant(),
                keyType,
                own.getSerialNumber().toString(16),
                fingerprint(own),
                warnings);
    }

    /** Clients that trust the root have it; to others it says nothing. */
    private static List<X509Certificate> withoutRoot(List<X509Certificate> chain) {
        int last = chain.size() - 1;
        return last > 0 && ChainChecks.selfSigned(chain.get(last)) ? chain.subList(0, last) : chain;
    }

    /** By a signature, because Java does not tell the public key of a private one. */
    private static void checkBelongs(PrivateKey key, PublicKey of) {
        boolean belongs = key.getAlgorithm().equals(of.getAlgorithm());
        if (belongs) {
            try {
                Signature signature =
                        Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
                signature.initSign(key);
                signature.update(CHALLENGE);
                byte[] signed = signature.sign();
                signature.initVerify(of);
                signature.update(CHALLENGE);
                belongs = signature.verify(signed);
            } catch (GeneralSecurityException e) {
                belongs = false; // a key of another curve or length, or one that is no key
            }
        }
        if (!belongs) {
            throw PrivateKeys.refused(
                    "a key that does not belong to the first certificate of the chain",
                    "the key that the certificate was made for; openssl pkey -in KEY.pem -pubout and openssl x509 -in"
                            + " CHAIN.pem -noout -pubkey print the same if it does");
        }
    }

    /**
     * Checks certificates of authorities.
     *
     * @param name of the text in errors, such as {@code tls.clientAuthorities}
     * @param pem one or more certificates
     * @throws IllegalArgumentException it is something else; what was found and what is expected
     */
    public static void checkAuthorities(String name, String pem) {
        List<X509Certificate> authorities = certificates(name, pem);
        for (int i = 0; i < authorities.size(); i++) {
            X509Certificate authority = authorities.get(i);
            if (authority.getBasicConstraints() < 0 && !ChainChecks.selfSigned(authority)) {
                throw new IllegalArgumentException(name + ": certificate " + (i + 1) + ", "
                        + ChainChecks.subject(authority)
                        + ", is of no authority (expected: certificates that may sign others)");
            }
        }
    }

    private static List<X509Certificate> certificates(String name, String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Pem.Block block : Pem.read(name, Pem.Kind.CERTIFICATES, pem)) {
            String expected = "certificates alone";
            switch (block.label()) {
                case Pem.CERTIFICATE, "X509 CERTIFICATE" ->
                    certificates.add(certificate(name, block.bytes(), certificates.size() + 1));
                case "TRUSTED CERTIFICATE" -> expected += "; to convert it: openssl x509 -in FILE -out NEW.pem";
                case "PKCS7" -> expected += "; to convert it: openssl pkcs7 -in FILE -print_certs -out NEW.pem";
                case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" ->
                    expected = "the certificate that an authority makes of the request";
                default -> {}
            }
            if (!block.label().equals(Pem.CERTIFICATE) && !block.label().equals("X509 CERTIFICATE")) {
                throw new IllegalArgumentException(
                        name + ": a block " + block.label() + " (expected: " + expected + ")");
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(String name, byte[] bytes, int number) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    name + ": block " + number + " is no certificate of X.509 (expected: PEM of certificates)", e);
        }
    }

    private static String pem(List<X509Certificate> chain) {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : chain) {
            pem.append(Pem.write(Pem.CERTIFICATE, encoded(certificate)));
        }
        return pem.toString();
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("what was read of bytes has bytes", e);
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded(certificate)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
