package io.weldr.core.port;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;

/** Seals secrets for the log and opens them again. Thread safe. */
public interface KeySeal {
    /** Why a node without a secret refuses certificates, and what to do about it. */
    String NEEDS_SECRET = "private keys of certificates are sealed, which needs " + MissingSecret.TEXT;

    /** A node that has no secret. */
    KeySeal NONE = new KeySeal() {
        @Override
        public Sealed seal(KeyOwner owner, byte[] secret) {
            throw new IllegalStateException(NEEDS_SECRET);
        }

        @Override
        public byte[] open(KeyOwner owner, Sealed sealed) {
            throw new IllegalStateException(NEEDS_SECRET);
        }

        @Override
        public boolean hasSecret() {
            return false;
        }
    };

    /**
     * Seals with a key of the cluster secret.
     *
     * @throws IllegalStateException this node has no secret
     */
    Sealed seal(KeyOwner owner, byte[] secret);

    /**
     * The secret that was sealed for that owner, with the secret as it is or as it was before.
     *
     * @throws IllegalArgumentException it was sealed for another owner or by another secret, or was changed
     * @throws IllegalStateException this node has no secret
     */
    byte[] open(KeyOwner owner, Sealed sealed);

    /** Whether this node has a secret. */
    boolean hasSecret();
}
