package io.weldr.core.port;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;

/** Checks a chain of certificates, and seals its private key for the log. Thread safe. */
@FunctionalInterface
public interface ChainReader {
    /**
     * What the log holds of a chain.
     *
     * @param chain PEM, the certificate of the hosts first
     * @param key PKCS#8 of its private key
     * @throws IllegalArgumentException they cannot be used; the message says what was found and what was expected, and
     *     nothing of the key
     * @throws IllegalStateException this node has no secret to seal the key with
     */
    IssuedChain read(CertificateName name, String chain, byte[] key);
}
