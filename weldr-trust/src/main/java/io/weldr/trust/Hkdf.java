package io.weldr.trust;

import io.weldr.core.Check;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with HMAC-SHA256 (RFC 5869). The JDK has one of its own from 25 on. */
final class Hkdf {
    static final String HMAC = "HmacSHA256";

    private static final int HASH_BYTES = 32;
    private static final int BLOCKS_MAX = 255; // a block is counted in one octet

    private Hkdf() {}

    /** Section 2.2. No salt is a salt of zeros. */
    static byte[] extract(byte[] salt, byte[] secret) {
        return mac(salt.length == 0 ? new byte[HASH_BYTES] : salt).doFinal(secret);
    }

    /** Section 2.3. */
    static byte[] expand(byte[] pseudorandomKey, byte[] info, int bytes) {
        Check.inRange("bytes", bytes, 1, BLOCKS_MAX * HASH_BYTES);
        Mac mac = mac(pseudorandomKey);
        byte[] all = new byte[bytes];
        byte[] block = new byte[0];
        for (int done = 0, number = 1; done < bytes; done += HASH_BYTES, number++) {
            mac.update(block);
            mac.update(info);
            block = mac.doFinal(new byte[] {(byte) number});
            System.arraycopy(block, 0, all, done, Math.min(HASH_BYTES, bytes - done));
        }
        Arrays.fill(block, (byte) 0);
        return all;
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC + ", which every Java must have", e);
        }
    }
}
