package io.weldr.leader.acme;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Binds a secret to its owner and hides nothing. Another seal opens nothing of this one. */
final class TestSeal implements KeySeal {
    private final String secret;

    TestSeal(String secret) {
        this.secret = secret;
    }

    @Override
    public Sealed seal(KeyOwner owner, byte[] key) {
        byte[] head = head(owner);
        byte[] all = Arrays.copyOf(head, head.length + key.length);
        System.arraycopy(key, 0, all, head.length, key.length);
        return Sealed.of(all);
    }

    @Override
    public byte[] open(KeyOwner owner, Sealed sealed) {
        byte[] head = head(owner);
        byte[] all = sealed.bytes();
        if (all.length < head.length || !Arrays.equals(head, Arrays.copyOf(all, head.length))) {
            throw new IllegalArgumentException("it was sealed for another owner or by another secret");
        }
        return Arrays.copyOfRange(all, head.length, all.length);
    }

    @Override
    public boolean hasSecret() {
        return true;
    }

    private byte[] head(KeyOwner owner) {
        return (secret + "/" + owner.text() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
