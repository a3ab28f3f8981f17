package io.weldr.core.listener;

import io.weldr.core.Check;
import io.weldr.core.Names;
import io.weldr.core.certificate.CertificateName;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings of a listener of protocol {@code https}.
 *
 * @param certificates of which one is presented, chosen by the name that the client asks for (RFC 6066 section 3), 1 to
 *     {@value #CERTIFICATES_MAX}
 * @param defaultCertificate presented to clients that ask for no name or for another one; null: those are refused
 * @param clients whether clients show certificates
 * @param clientAuthorities PEM, the authorities that sign them; null with {@link ClientCertificates#NONE}, and only there
 * @param subjectField name of the request field in which origins read the subject of the client's certificate; null:
 *     they do not
 * @param fingerprintField the same for the SHA-256 of the certificate
 */
public record ListenerTls(
        List<CertificateName> certificates,
        @Nullable CertificateName defaultCertificate,
        TlsPolicy policy,
        ClientCertificates clients,
        @Nullable String clientAuthorities,
        @Nullable String subjectField,
        @Nullable String fingerprintField) {
    public static final int CERTIFICATES_MAX = 256;

    /** Some dozen authorities. */
    public static final int AUTHORITIES_CHARS_MAX = 256 * 1024;

    /** Which versions and ciphers are offered (Mozilla, Security/Server Side TLS). */
    public enum TlsPolicy {
        /** TLS 1.2 with forward secrecy, and TLS 1.3. */
        INTERMEDIATE,
        /** TLS 1.3 alone. */
        MODERN
    }

    /** Whether clients show certificates. */
    public enum ClientCertificates {
        NONE,
        /** Those that have one; one that cannot be verified ends the handshake. */
        OPTIONAL,
        /** All of them. */
        REQUIRE
    }

    public ListenerTls {
        certificates = List.copyOf(certificates);
        Check.inRange("tls.certificates", certificates.size(), 1, CERTIFICATES_MAX);
        Check.that(
                new HashSet<>(certificates).size() == certificates.size(),
                "tls.certificates",
                certificates,
                "each certificate once");
        Check.that(
                defaultCertificate == null || certificates.contains(defaultCertificate),
                "tls.defaultCertificate",
                String.valueOf(defaultCertificate),
                "one of tls.certificates");
        boolean asked = clients != ClientCertificates.NONE;
        Check.that(
                asked == (clientAuthorities != null),
                "tls.clientAuthorities",
                clientAuthorities == null ? "nothing" : "certificates",
                asked ? "PEM of the authorities of clients" : "none, because tls.clientCertificates is none");
        Check.that(
                clientAuthorities == null || clientAuthorities.contains("-----BEGIN CERTIFICATE-----"),
                "tls.clientAuthorities",
                String.valueOf(clientAuthorities),
                "certificates in PEM, from -----BEGIN CERTIFICATE----- on");
        Check.atMost(
                "tls.clientAuthorities",
                clientAuthorities == null ? 0 : clientAuthorities.length(),
                AUTHORITIES_CHARS_MAX);
        checkField("tls.subjectField", subjectField, asked);
        checkField("tls.fingerprintField", fingerprintField, asked);
        Check.that(
                subjectField == null || !subjectField.equalsIgnoreCase(fingerprintField),
                "tls.fingerprintField",
                String.valueOf(fingerprintField),
                "another name than tls.subjectField");
    }

    private static void checkField(String field, @Nullable String name, boolean asked) {
        if (name == null) {
            return;
        }
        Check.that(asked, field, name, "none, because tls.clientCertificates is none");
        Names.checkToken(field, name);
        Check.that(
                name.toLowerCase(Locale.ROOT).startsWith("x-"),
                field,
                name,
                "a name of your own that begins with X-, as in X-Client-Subject");
    }

    /** Default certificates of one name, without client certificates. */
    public static ListenerTls of(CertificateName... certificates) {
        return new ListenerTls(
                List.of(certificates), null, TlsPolicy.INTERMEDIATE, ClientCertificates.NONE, null, null, null);
    }
}
