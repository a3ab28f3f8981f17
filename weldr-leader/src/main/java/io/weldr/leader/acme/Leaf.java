package io.weldr.leader.acme;

import io.weldr.core.certificate.IssuedChain;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Certificates between their two forms: objects, and PEM (RFC 7468). Pure. */
final class Leaf {
    private static final int LINE_CHARS = 64;

    private Leaf() {}

    /** The first certificate of a chain; null: it cannot be read. */
    static @Nullable X509Certificate of(IssuedChain chain) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(chain.chain().getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            return null;
        }
    }

    /** As PEM, in this order. */
    static String pem(List<X509Certificate> chain) throws CertificateException {
        Base64.Encoder lines = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'});
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : chain) {
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(lines.encodeToString(certificate.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return pem.toString();
    }
}
