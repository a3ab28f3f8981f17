package io.weldr.trust;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CookieTokens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Tokens for sticky cookies: the beginning of HMAC-SHA256 over the names of the pool and of the origin, in base64url.
 * Nobody can make one without the secret, or learn an address from one, and every member makes the same one. Thread
 * safe.
 */
public final class StickyTokens implements CookieTokens {
    /** 2^128 tokens: nobody guesses one. The cookie stays short: 22 characters. */
    private static final int TOKEN_BYTES = 16;

    private final Supplier<ClusterSecret> secret;
    private volatile Keys keys;

    /** The keys of a secret, so that they are derived once. */
    private record Keys(ClusterSecret of, List<SecretKey> accepted) {
        Keys(ClusterSecret of) {
            this(of, of.accepted(Label.STICKY_COOKIE));
        }
    }

    /** @param secret asked at each call, because it may be replaced */
    public StickyTokens(Supplier<ClusterSecret> secret) {
        this.secret = secret;
        this.keys = new Keys(secret.get());
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public String token(PoolName pool, OriginId origin) {
        return token(keys().get(0), pool, origin);
    }

    @Override
    public List<String> accepted(PoolName pool, OriginId origin) {
        return keys().stream().map(key -> token(key, pool, origin)).toList();
    }

    private List<SecretKey> keys() {
        ClusterSecret now = secret.get();
        Keys current = keys;
        if (current.of() != now) {
            current = new Keys(now);
            keys = current;
        }
        return current.accepted();
    }

    private static String token(SecretKey key, PoolName pool, OriginId origin) {
        try {
            Mac mac = Mac.getInstance(Hkdf.HMAC);
            mac.init(key);
            mac.update(withLength(pool.value()));
            byte[] all = mac.doFinal(withLength(origin.value()));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(all, TOKEN_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + Hkdf.HMAC + ", which every Java must have", e);
        }
    }

    /** The length stands first, in four bytes: the same characters in two other names are other bytes. */
    private static byte[] withLength(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
