package io.weldr.core.certificate;

import io.weldr.core.Check;
import java.util.Base64;

/**
 * A secret as the log holds it: encrypted and authenticated with a key of the cluster secret, bound to what it belongs
 * to.
 *
 * @param text Base64 of the sealed bytes
 */
public record Sealed(String text) {
    /** A private key of RSA 8192 in PKCS#8 takes below 5 KiB. */
    public static final int BYTES_MAX = 16 * 1024;

    public Sealed {
        Check.atMost("sealed bytes", text.length(), (BYTES_MAX + 2) / 3 * 4);
    }

    public static Sealed of(byte[] bytes) {
        return new Sealed(Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * The sealed bytes.
     *
     * @throws IllegalArgumentException it is not Base64
     */
    public byte[] bytes() {
        return Base64.getDecoder().decode(text);
    }

    /** Nothing of the secret, not even sealed. */
    @Override
    public String toString() {
        return "sealed";
    }
}
