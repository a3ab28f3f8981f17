package io.weldr.trust;

import io.weldr.core.Check;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that the members of a cluster share, and the previous one while it is replaced. The bytes do not leave
 * this class: what is used is a key that was derived from them for one purpose. Immutable.
 */
public final class ClusterSecret {
    /** Of each of the two secrets, and of each key. */
    static final int BYTES = 32;

    /** Enough to tell secrets apart. Says nothing of a secret: it is the beginning of a key of its own. */
    private static final int FINGERPRINT_BYTES = 4;

    private final List<byte[]> secrets; // the current one, then maybe the previous one

    /** @param secrets the current one, then maybe the previous one; each 32 bytes */
    ClusterSecret(List<byte[]> secrets) {
        Check.inRange("secrets", secrets.size(), 1, 2);
        List<byte[]> copies = new ArrayList<>();
        for (byte[] secret : secrets) {
            Check.inRange("bytes of a secret", secret.length, BYTES, BYTES);
            copies.add(secret.clone());
        }
        this.secrets = List.copyOf(copies);
    }

    /** The key that this node uses for a purpose: that of the current secret. */
    public SecretKey derive(Label label) {
        return derive(secrets.get(0), label);
    }

    /** The keys that members may use for a purpose: that of the current secret first, then that of the previous one. */
    public List<SecretKey> accepted(Label label) {
        return secrets.stream().map(secret -> derive(secret, label)).toList();
    }

    /** As {@link #accepted}, for what needs more bytes than a key has. */
    List<byte[]> seeds(Label label, int bytes) {
        return secrets.stream().map(secret -> expand(secret, label, bytes)).toList();
    }

    private static SecretKey derive(byte[] secret, Label label) {
        return new SecretKeySpec(expand(secret, label, BYTES), Hkdf.HMAC);
    }

    private static byte[] expand(byte[] secret, Label label, int bytes) {
        byte[] info = label.text().getBytes(StandardCharsets.UTF_8);
        return Hkdf.expand(Hkdf.extract(new byte[0], secret), info, bytes);
    }

    /** By which people compare what members have: eight hex digits for each secret, the current one first. */
    public List<String> fingerprints() {
        return accepted(Label.FINGERPRINT).stream()
                .map(key -> HexFormat.of().formatHex(key.getEncoded(), 0, FINGERPRINT_BYTES))
                .toList();
    }

    /** Whether both hold the same secrets in the same order. */
    public boolean sameAs(ClusterSecret other) {
        boolean same = secrets.size() == other.secrets.size();
        for (int i = 0; same && i < secrets.size(); i++) {
            same = MessageDigest.isEqual(secrets.get(i), other.secrets.get(i));
        }
        return same;
    }

    /** Shows the fingerprints, never a secret. */
    @Override
    public String toString() {
        return "cluster secret, fingerprint " + String.join(", previous ", fingerprints());
    }
}
