package io.weldr.api.testkit;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Seals for a test: each time in another way, bound to the owner and to the secret of a cluster. No secret, but nothing
 * that was sealed shows what it holds. Thread safe.
 */
public final class TestSeal implements KeySeal {
    private static final int PAD_BYTES = 8;

    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger secret = new AtomicInteger();
    private volatile boolean hasSecret = true;

    /** From now on the node has another secret, and has forgotten the one before. */
    public void replaceSecret() {
        secret.incrementAndGet();
    }

    /** From now on the node has no secret; or it has one. */
    public void hasSecret(boolean has) {
        hasSecret = has;
    }

    @Override
    public boolean hasSecret() {
        return hasSecret;
    }

    @Override
    public Sealed seal(KeyOwner owner, byte[] open) {
        if (!hasSecret) {
            throw new IllegalStateException(NEEDS_SECRET);
        }
        byte[] pad = new byte[PAD_BYTES];
        random.nextBytes(pad);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        sealed.writeBytes(pad);
        sealed.write(secret.get());
        sealed.writeBytes(mixed(pad, owner.text().getBytes(StandardCharsets.UTF_8)));
        sealed.write(0);
        sealed.writeBytes(mixed(pad, open));
        return Sealed.of(sealed.toByteArray());
    }

    @Override
    public byte[] open(KeyOwner owner, Sealed sealed) {
        if (!hasSecret) {
            throw new IllegalStateException(NEEDS_SECRET);
        }
        byte[] bytes = sealed.bytes();
        byte[] pad = Arrays.copyOf(bytes, PAD_BYTES);
        byte[] name = mixed(pad, owner.text().getBytes(StandardCharsets.UTF_8));
        int end = PAD_BYTES + 1 + name.length;
        if (bytes[PAD_BYTES] != secret.get() || !Arrays.equals(name, Arrays.copyOfRange(bytes, PAD_BYTES + 1, end))) {
            throw new IllegalArgumentException("sealed for another owner or by another secret");
        }
        return mixed(pad, Arrays.copyOfRange(bytes, end + 1, bytes.length));
    }

    private static byte[] mixed(byte[] pad, byte[] bytes) {
        byte[] mixed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            mixed[i] = (byte) (bytes[i] ^ pad[i % pad.length]);
        }
        return mixed;
    }
}
