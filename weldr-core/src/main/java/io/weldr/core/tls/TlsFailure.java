package io.weldr.core.tls;

import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * Why one handshake with an origin failed.
 *
 * @param text for people, on one line: {@code certificate expired on 2026-01-01}
 */
public record TlsFailure(TlsCause cause, String text) {
    /** Chains of causes are a few links long; a loop in one must not hang anybody. */
    private static final int CAUSES_MAX = 16;

    private static final int TEXT_CHARS_MAX = 160;

    private static final String CLOSED = "connection closed during the handshake";

    public TlsFailure {
        text = line(text);
    }

    /** What a failed handshake threw. It says most if the certificate was checked by {@link OriginTrust}. */
    public static TlsFailure of(Throwable thrown) {
        Throwable innermost = thrown;
        SSLException tls = null;
        int left = CAUSES_MAX;
        for (Throwable at = thrown; at != null && left > 0; at = at.getCause(), left--) {
            if (at instanceof CertificateRefusedException refused) {
                return new TlsFailure(refused.why(), message(refused));
            }
            if (at instanceof CertificateException unchecked) {
                return Certificates.refused(unchecked, null, "");
            }
            if (at instanceof SSLException) {
                tls = (SSLException) at;
            }
            innermost = at;
        }
        return tls == null ? connection(innermost) : protocol(tls);
    }

    /** The core knows no channels: by the name of the exception. */
    private static TlsFailure connection(Throwable thrown) {
        boolean closed = thrown.getClass().getSimpleName().endsWith("ClosedChannelException");
        return new TlsFailure(TlsCause.OTHER, closed ? CLOSED : message(thrown));
    }

    /** By the words of JSSE and Netty: there are no types for these. */
    private static TlsFailure protocol(SSLException thrown) {
        String message = message(thrown);
        if (message.startsWith("not an SSL/TLS record") || message.contains("plaintext connection")) {
            return new TlsFailure(TlsCause.PROTOCOL, "the origin does not answer with TLS");
        }
        if (message.contains("onnection closed while SSL")) {
            return new TlsFailure(TlsCause.OTHER, CLOSED);
        }
        return new TlsFailure(TlsCause.PROTOCOL, message);
    }

    static String message(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }

    /** What an origin sends gets into the log: no control characters, and no more than a line. */
    private static String line(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && i < TEXT_CHARS_MAX; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return line.append(text.length() > TEXT_CHARS_MAX ? "…" : "").toString();
    }
}
