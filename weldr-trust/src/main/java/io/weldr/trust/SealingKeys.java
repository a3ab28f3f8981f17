package io.weldr.trust;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals private keys for the log by AES-256-GCM (NIST SP 800-38D). What is sealed:
 *
 * <pre>
 * 1 byte    version: 1
 * 4 bytes   which secret, so that the previous one opens what it has sealed
 * 12 bytes  nonce, random: one key may seal 2^32 times (section 8.3), which no cluster does
 * rest      ciphertext, and a tag of 16 bytes over all of it and over the owner
 * </pre>
 *
 * <p>Thread safe. Follows the secret while it is replaced.
 */
public final class SealingKeys implements KeySeal {
    private static final byte VERSION = 1;
    private static final int ID_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final Supplier<ClusterSecret> secret;
    private final SecureRandom random;
    private volatile Keys keys;

    /** The key of one secret. */
    private record Key(int id, SecretKey aes) {}

    /** The keys of a secret and of the one before, so that they are derived once. */
    private record Keys(ClusterSecret of, List<Key> accepted) {
        static Keys of(ClusterSecret secret) {
            List<SecretKey> keys = secret.accepted(Label.SEALING);
            List<SecretKey> ids = secret.accepted(Label.SEALING_KEY_ID);
            List<Key> all = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                int id = ByteBuffer.wrap(ids.get(i).getEncoded()).getInt();
                all.add(new Key(id, new SecretKeySpec(keys.get(i).getEncoded(), "AES")));
            }
            return new Keys(secret, List.copyOf(all));
        }
    }

    /** @param secret asked at each call, because it may be replaced */
    public SealingKeys(Supplier<ClusterSecret> secret, SecureRandom random) {
        this.secret = secret;
        this.random = random;
        this.keys = Keys.of(secret.get());
    }

    @Override
    public boolean hasSecret() {
        return true;
    }

    @Override
    public Sealed seal(KeyOwner owner, byte[] plain) {
        if (plain.length > Sealed.BYTES_MAX - HEAD_BYTES - TAG_BITS / Byte.SIZE) {
            throw new IllegalArgumentException("a key of " + plain.length + " bytes (expected: below "
                    + (Sealed.BYTES_MAX - HEAD_BYTES - TAG_BITS / Byte.SIZE) + ")");
        }
        Key key = keys().get(0);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(VERSION)
                .putInt(key.id())
                .put(nonce)
                .array();
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, key, head, owner).doFinal(plain);
            byte[] sealed = Arrays.copyOf(head, head.length + encrypted.length);
            System.arraycopy(encrypted, 0, sealed, head.length, encrypted.length);
            return Sealed.of(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + CIPHER + ", which every Java must have", e);
        }
    }

    @Override
    public byte[] open(KeyOwner owner, Sealed sealed) {
        byte[] bytes = sealed.bytes();
        if (bytes.length < HEAD_BYTES + TAG_BITS / Byte.SIZE || bytes[0] != VERSION) {
            throw new IllegalArgumentException(owner.text() + ": what is sealed has " + bytes.length
                    + " bytes and begins otherwise (expected: sealed by this version of weldr)");
        }
        int id = ByteBuffer.wrap(bytes).getInt(1);
        for (Key key : keys()) {
            if (key.id() == id) {
                return open(owner, key, bytes);
            }
        }
        throw new IllegalArgumentException(owner.text() + ": sealed by the secret " + hex(id)
                + " (expected: the secret of this node or the one before, "
                + keys().stream().map(key -> hex(key.id())).collect(Collectors.joining(", "))
                + "; all members have the same secret)");
    }

    private static byte[] open(KeyOwner owner, Key key, byte[] sealed) {
        try {
            return cipher(Cipher.DECRYPT_MODE, key, sealed, owner)
                    .doFinal(sealed, HEAD_BYTES, sealed.length - HEAD_BYTES);
        } catch (AEADBadTagException e) {
            throw new IllegalArgumentException(
                    owner.text() + ": what is sealed was changed, or belongs to another owner (expected: as it was"
                            + " sealed)",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + CIPHER + ", which every Java must have", e);
        }
    }

    /** @param sealed begins with the head */
    private static Cipher cipher(int mode, Key key, byte[] sealed, KeyOwner owner) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, sealed, 1 + ID_BYTES, NONCE_BYTES));
        cipher.updateAAD(sealed, 0, 1 + ID_BYTES);
        cipher.updateAAD(owner.text().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static String hex(int id) {
        return HexFormat.of().toHexDigits(id);
    }

    private List<Key> keys() {
        ClusterSecret now = secret.get();
        Keys current = keys;
        if (current.of() != now) {
            current = Keys.of(now);
            keys = current;
        }
        return current.accepted();
    }
}
