package io.weldr.core.tls;

import java.util.Locale;

/** Why TLS to an origin did not come about. A closed set: metrics have it as a label. */
public enum TlsCause {
    CERTIFICATE_EXPIRED,
    CERTIFICATE_NOT_YET_VALID,
    /** The certificate is good, and for another host. */
    NAME_MISMATCH,
    /** Nobody that this node trusts has signed the certificate. */
    UNKNOWN_AUTHORITY,
    /** The two sides did not come to terms, or the origin does not speak TLS. */
    PROTOCOL,
    TIMEOUT,
    OTHER;

    /** As it stands in metrics: {@code certificate_expired}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
