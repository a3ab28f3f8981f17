package io.weldr.proxy.tls;

import io.weldr.core.listener.ListenerTls;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Tells origins who a client is by its certificate. */
public final class Identity {
    /** A longer one would leave no room for the request. */
    private static final int SUBJECT_BYTES_MAX = 4096;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private Identity() {}

    /**
     * Field lines that a listener wants origins to be told: none if the client has shown no certificate.
     *
     * @throws TlsException the certificate has expired since the session began that was resumed, or its subject is too
     *     long
     */
    public static byte[] lines(ListenerTls settings, @Nullable X509Certificate certificate) throws TlsException {
        if (certificate == null) {
            return new byte[0];
        }
        try {
            certificate.checkValidity();
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            if (settings.subjectField() != null) {
                line(lines, settings.subjectField(), subject(certificate));
            }
            if (settings.fingerprintField() != null) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
                line(
                        lines,
                        settings.fingerprintField(),
                        HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
            }
            return lines.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new TlsException(HandshakeFailure.CLIENT_CERTIFICATE, String.valueOf(e.getMessage()));
        }
    }

    private static void line(ByteArrayOutputStream to, String name, byte[] value) {
        to.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        to.write(':');
        to.write(' ');
        to.writeBytes(value);
        to.write('\r');
        to.write('\n');
    }

    /** RFC 2253, in UTF-8; of that, what is no visible ASCII, and the percent sign, as {@code %HH}. */
    private static byte[] subject(X509Certificate certificate) throws TlsException {
        byte[] name = certificate
                .getSubjectX500Principal()
                .getName(X500Principal.RFC2253)
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (byte octet : name) {
            if (octet < 0x20 || octet == 0x7f || octet == '%') {
                value.write('%');
                value.write(HEX[octet >> 4 & 15]);
                value.write(HEX[octet & 15]);
            } else {
                value.write(octet);
            }
        }
        if (value.size() > SUBJECT_BYTES_MAX) {
            throw new TlsException(
                    HandshakeFailure.CLIENT_CERTIFICATE,
                    "subject: " + value.size() + " bytes (expected: at most " + SUBJECT_BYTES_MAX + ")");
        }
        return value.toByteArray();
    }
}
