package io.weldr.trust;

import io.weldr.core.port.TicketKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.SecretKey;

/**
 * Ticket keys by HKDF (RFC 5869) from the secret, the day of UTC and the policy: every member makes the same ones, and
 * none is ever stored. A ticket is taken for two days at most. Thread safe. Follows the secret while it is replaced.
 *
 * <p>Whoever learns the secret can make the keys of all days. Sessions of TLS 1.3, and those of TLS 1.2 that were not
 * resumed, have keys of their own beside that (RFC 8446 section 2.2).
 */
public final class SessionTicketKeys implements TicketKeys {
    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();
    private static final int PART = TicketKey.PART_BYTES;

    private final Supplier<ClusterSecret> secret;

    /** @param secret asked at each call, because it may be replaced */
    public SessionTicketKeys(Supplier<ClusterSecret> secret) {
        this.secret = secret;
    }

    @Override
    public List<TicketKey> keys(String policy, Instant now) {
        long today = Math.floorDiv(now.getEpochSecond(), DAY_SECONDS);
        List<TicketKey> keys = new ArrayList<>();
        for (SecretKey root : secret.get().accepted(Label.SESSION_TICKET)) {
            keys.add(key(root, policy, today));
            keys.add(key(root, policy, today - 1));
            keys.add(key(root, policy, today + 1));
        }
        return List.copyOf(keys);
    }

    private static TicketKey key(SecretKey root, String policy, long day) {
        byte[] name = policy.getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(Long.BYTES + name.length)
                .putLong(day)
                .put(name)
                .array();
        byte[] all = Hkdf.expand(root.getEncoded(), info, 3 * PART);
        return new TicketKey(
                Arrays.copyOf(all, PART),
                Arrays.copyOfRange(all, PART, 2 * PART),
                Arrays.copyOfRange(all, 2 * PART, 3 * PART));
    }
}
