package io.weldr.core.certificate;

/**
 * The cluster's account at a certificate authority. Its key is committed before the account is made: a new leader that
 * makes it again by the same key gets the same account (RFC 8555 section 7.3.1).
 *
 * @param directory URL of the authority's directory, which names the account here
 * @param key PKCS#8, sealed for {@link KeyOwner#account}
 */
public record AcmeAccount(String directory, Sealed key) {
    public AcmeAccount {
        AcmeSettings.checkDirectory(directory);
    }
}
