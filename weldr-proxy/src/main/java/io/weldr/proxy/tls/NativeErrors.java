package io.weldr.proxy.tls;

/** What BoringSSL says of a failure, in the words of this package. */
final class NativeErrors {

    private NativeErrors() {}

    /** @param text as in {@code error:100000f0:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL} */
    static HandshakeFailure failure(String text, boolean established) {
        String reason = reason(text);
        if (reason.contains("_ALERT_")) {
            return HandshakeFailure.REFUSED_BY_CLIENT;
        }
        if (established) {
            return HandshakeFailure.PROTOCOL;
        }
        return switch (reason) {
            case "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER", "INAPPROPRIATE_FALLBACK", "UNKNOWN_PROTOCOL" ->
                HandshakeFailure.VERSION;
            case "NO_SHARED_CIPHER",
                    "NO_SHARED_GROUP",
                    "NO_COMMON_SIGNATURE_ALGORITHMS",
                    "WRONG_CURVE",
                    "NO_CIPHERS_PASSED",
                    "MISSING_KEY_SHARE" -> HandshakeFailure.CIPHER;
            case "PEER_DID_NOT_RETURN_A_CERTIFICATE", "CERTIFICATE_VERIFY_FAILED", "CANNOT_PARSE_LEAF_CERT" ->
                HandshakeFailure.CLIENT_CERTIFICATE;
            default -> HandshakeFailure.PROTOCOL;
        };
    }

    /** The last word of it. */
    static String reason(String text) {
        return text.substring(text.lastIndexOf(':') + 1);
    }
}
