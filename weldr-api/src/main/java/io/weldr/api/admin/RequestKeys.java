package io.weldr.api.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.core.Check;
import io.weldr.core.port.RequestId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Makes the {@link RequestId} of a wish out of the key that a client chose and the request that it goes with. The
 * request is part of it: a key that is used for another request by mistake must not be answered with the outcome of the
 * first.
 */
public final class RequestKeys {
    /** What a client may use of the {@value RequestId#CHARS_MAX} characters; the rest tells requests apart. */
    public static final int CHARS_MAX = 80;

    private static final int DIGEST_BYTES = 16;

    private RequestKeys() {}

    /** A wish that nobody named: it is a new one each time. */
    public static RequestId fresh() {
        return new RequestId(UUID.randomUUID().toString());
    }

    /**
     * The wish that {@code key} names together with {@code request}.
     *
     * @throws IllegalArgumentException if the key is not 1 to 80 visible ASCII characters
     */
    public static RequestId of(String key, byte[]... request) {
        boolean plain =
                !key.isEmpty() && key.length() <= CHARS_MAX && key.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        Check.that(plain, "idempotency key", key, "1 to " + CHARS_MAX + " visible ASCII characters");
        MessageDigest digest = sha256();
        for (byte[] part : request) {
            digest.update(Integer.toString(part.length).getBytes(UTF_8));
            digest.update((byte) ':');
            digest.update(part);
        }
        return new RequestId(key + "#" + HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES));
    }

    /** The id of a further attempt at the same wish, after the state moved on under the one before. */
    static RequestId attempt(RequestId id, int number) {
        return number == 0 ? id : new RequestId(id + "~" + number);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
