package io.weldr.core.certificate;

/**
 * What a sealed secret belongs to: it is authenticated with it, so that a secret cannot be moved to another owner.
 *
 * @param text the same on all members and for ever
 */
public record KeyOwner(String text) {
    /** The private key of a certificate. */
    public static KeyOwner of(CertificateName certificate) {
        return new KeyOwner("certificate/" + certificate);
    }

    /** The key of the account at that directory. */
    public static KeyOwner account(String directory) {
        return new KeyOwner("acme-account/" + directory);
    }

    /**
     * The key by which a certificate authority binds a new account to one of its customers (RFC 8555 section 7.3.4).
     */
    public static KeyOwner externalAccount(CertificateName certificate) {
        return new KeyOwner("acme-external-account/" + certificate);
    }
}
