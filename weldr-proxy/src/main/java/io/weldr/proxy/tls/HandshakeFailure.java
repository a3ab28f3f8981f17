package io.weldr.proxy.tls;

import java.util.Locale;

/**
 * Why a handshake did not come about. The word is the same in the log and in the counters. Alerts are those of RFC 8446
 * section 6.2 and RFC 6066 section 9.
 */
public enum HandshakeFailure {
    /** What has come is no ClientHello, or one that contradicts itself. */
    BAD_HELLO(50), // decode_error
    /** The ClientHello is longer than the limit. */
    HELLO_TOO_LARGE(50),
    /** HTTP without TLS. */
    PLAIN_HTTP(0),
    /** The client names no server, and the listener has no certificate for that. */
    NO_SERVER_NAME(112), // unrecognized_name
    /** No certificate of the listener is for the name that the client asks for. */
    UNKNOWN_NAME(112),
    /** There is a certificate for the name, but none of it could be loaded, or none was issued yet. */
    NO_CERTIFICATE(111), // certificate_unobtainable
    /** None of the protocols that the client offers by ALPN is spoken here (RFC 7301 section 3.2). */
    NO_PROTOCOL(120), // no_application_protocol
    /** No version of TLS in common. */
    VERSION(70), // protocol_version
    /** No cipher, group or signature in common. */
    CIPHER(40), // handshake_failure
    /** The client shows no certificate, or one that cannot be verified. */
    CLIENT_CERTIFICATE(42), // bad_certificate
    /** The client has refused what it was offered, mostly the certificate. */
    REFUSED_BY_CLIENT(0),
    /** A message of the handshake was not as it has to be. */
    PROTOCOL(80), // internal_error
    /** It took too long. */
    TIMEOUT(0),
    /** Too many handshakes at once, and this one was the oldest. */
    TOO_MANY(0),
    /** The client has closed the connection. */
    CLIENT_GONE(0),
    /** The node has closed it: it drains, or memory was short. */
    CUT_OFF(0);

    private final int alert;
    private final String cause;

    HandshakeFailure(int alert) {
        this.alert = alert;
        cause = name().toLowerCase(Locale.ROOT);
    }

    /** In one word, as in {@code unknown_name}. */
    public String cause() {
        return cause;
    }

    /** Description of the fatal alert that says so before there is a session; 0: none does. */
    public int alert() {
        return alert;
    }
}
