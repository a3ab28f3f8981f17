package io.weldr.core.port;

/**
 * Makes the certificates by which a node shows a certificate authority that a host is the cluster's (RFC 8737). Thread
 * safe.
 */
@FunctionalInterface
public interface ChallengeCertificates {
    /**
     * A certificate that signs itself, and its key.
     *
     * @param chain PEM
     * @param key PKCS#8
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Made(String chain, byte[] key) {}

    /**
     * Makes the certificate for a challenge. Takes milliseconds.
     *
     * @param host that the authority asks for
     * @param keyAuthorization token and thumbprint (RFC 8555 section 8.1), whose digest the certificate shows
     * @throws IllegalStateException it cannot be made here
     */
    Made make(String host, String keyAuthorization);
}
