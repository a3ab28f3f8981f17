package io.weldr.proxy.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A private key, and its certificate chain.
 *
 * @param key PKCS#8
 * @param chain the certificate of the key first, each signed by the next
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KeyAndChain(byte[] key, List<X509Certificate> chain) {
    private static final byte[] PROBE = "anything".getBytes(StandardCharsets.US_ASCII);
    private static final String PEM_KEY = "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n";

    public KeyAndChain {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("chain: no certificate (expected: one or more)");
        }
    }

    /**
     * Reads certificates in PEM.
     *
     * @throws CertificateException it holds none, or something else
     */
    public static List<X509Certificate> certificates(String pem) throws CertificateException {
        List<X509Certificate> all = new ArrayList<>();
        for (Certificate each : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            all.add((X509Certificate) each);
        }
        if (all.isEmpty()) {
            throw new CertificateException("no certificate in PEM (expected: one or more)");
        }
        return all;
    }

    /**
     * The key for the JDK.
     *
     * @throws GeneralSecurityException it is not that of the certificate
     */
    PrivateKey privateKey() throws GeneralSecurityException {
        PublicKey certified = chain.get(0).getPublicKey();
        String algorithm = certified.getAlgorithm();
        PrivateKey made = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
        String signing = algorithm.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        Signature signature = Signature.getInstance(signing);
        signature.initSign(made);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(PROBE);
        if (!signature.verify(signed)) {
            throw new InvalidKeyException("the key is not that of the certificate");
        }
        return made;
    }

    /** The key in PEM. */
    String pemKey() {
        return PEM_KEY.formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key));
    }

    /** Certificates in PEM. */
    static String pem(List<X509Certificate> certificates) throws CertificateException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate each : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(each.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "key of " + chain.get(0).getSubjectX500Principal();
    }
}
