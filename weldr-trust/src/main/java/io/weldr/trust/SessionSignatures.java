package io.weldr.trust;

import io.weldr.core.port.SessionSigner;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Signatures of sessions: HMAC-SHA256 in base64url. Thread safe. */
public final class SessionSignatures implements SessionSigner {
    private static final int KEY_BYTES = 32;

    private final Supplier<List<SecretKey>> keys;

    private SessionSignatures(Supplier<List<SecretKey>> keys) {
        this.keys = keys;
    }

    /**
     * Signed by the secret of the cluster.
     *
     * @param secret asked at each call, because it may be replaced. People click seldom enough to derive the key each
     *     time
     */
    public static SessionSignatures of(Supplier<ClusterSecret> secret) {
        return new SessionSignatures(() -> secret.get().accepted(Label.SESSION));
    }

    /** Signed by a key that nobody else has, and that ends with this process. */
    public static SessionSignatures ofThisNode(SecureRandom random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        List<SecretKey> only = List.of(new SecretKeySpec(key, Hkdf.HMAC));
        return new SessionSignatures(() -> only);
    }

    @Override
    public String sign(String text) {
        return signature(keys.get().get(0), text);
    }

    @Override
    public boolean signed(String text, String signature) {
        byte[] shown = signature.getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (SecretKey key : keys.get()) {
            found |= MessageDigest.isEqual(signature(key, text).getBytes(StandardCharsets.UTF_8), shown);
        }
        return found;
    }

    private static String signature(SecretKey key, String text) {
        try {
            Mac mac = Mac.getInstance(Hkdf.HMAC);
            mac.init(key);
            byte[] all = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + Hkdf.HMAC + ", which every Java must have", e);
        }
    }
}
