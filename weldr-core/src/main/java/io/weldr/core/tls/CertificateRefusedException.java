package io.weldr.core.tls;

import java.security.cert.CertificateException;

/** A certificate was refused. The message says why, on one line. */
public final class CertificateRefusedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final TlsCause why;

    CertificateRefusedException(TlsFailure failure, CertificateException cause) {
        super(failure.text(), cause);
        why = failure.cause();
    }

    TlsCause why() {
        return why;
    }
}
