package io.weldr.core.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads certificates as people give them: PEM (RFC 7468), one behind the other, with any text in between. Pure. */
public final class PemCertificates {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final String CERTIFICATE = "CERTIFICATE";

    private PemCertificates() {}

    /**
     * The certificates in their order; at least one.
     *
     * @throws CertificateException there is none, one cannot be read, or there is something else, such as a private
     *     key; the message is one line that says which and what was expected
     */
    public static List<X509Certificate> parse(String pem) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> found = new ArrayList<>();
        int at = pem.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = pem.indexOf(DASHES, at + BEGIN.length());
            String label = labelEnd < 0 ? "" : pem.substring(at + BEGIN.length(), labelEnd);
            if (!label.equals(CERTIFICATE)) {
                throw new CertificateException(
                        "block " + (found.size() + 1) + " is no certificate (expected: -----BEGIN CERTIFICATE-----)");
            }
            int bodyStart = labelEnd + DASHES.length();
            int bodyEnd = pem.indexOf("-----END " + CERTIFICATE + DASHES, bodyStart);
            if (bodyEnd < 0) {
                throw new CertificateException(
                        "certificate " + (found.size() + 1) + " has no end (expected: -----END CERTIFICATE-----)");
            }
            found.add(certificate(factory, pem.substring(bodyStart, bodyEnd), found.size() + 1));
            at = pem.indexOf(BEGIN, bodyEnd);
        }
        if (found.isEmpty()) {
            throw new CertificateException("no certificate (expected: PEM, -----BEGIN CERTIFICATE-----)");
        }
        return List.copyOf(found);
    }

    private static X509Certificate certificate(CertificateFactory factory, String body, int number)
            throws CertificateException {
        try {
            byte[] der = Base64.getMimeDecoder().decode(body);
            if (factory.generateCertificate(new ByteArrayInputStream(der)) instanceof X509Certificate read) {
                return read;
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw new CertificateException("certificate " + number + " cannot be read (expected: X.509 in PEM)", e);
        }
        throw new CertificateException("certificate " + number + " is of another type (expected: X.509)");
    }
}
