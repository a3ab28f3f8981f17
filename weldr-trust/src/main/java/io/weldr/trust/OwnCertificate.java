package io.weldr.trust;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that this node signs for itself, with the authority of the current secret: another one when the secret
 * is replaced, or a third of its life is left. Thread safe.
 */
final class OwnCertificate {
    private final Supplier<ClusterAuthority> authority;
    private final Issuer issuer;
    private final Duration life;
    private final Duration skew;
    private final InstantSource clock;
    private final SecureRandom random;
    private volatile @Nullable Own own;

    /** Has an authority sign a certificate. */
    @FunctionalInterface
    interface Issuer {
        X509Certificate issue(ClusterAuthority by, KeyPair keys, Instant notBefore, Instant notAfter);
    }

    /** What this node shows, of which authority, and when it shows another. */
    private record Own(OwnKey.Entry entry, ClusterAuthority by, Instant renewal) {}

    /** @param skew by how much the certificate begins earlier */
    OwnCertificate(
            Supplier<ClusterAuthority> authority,
            Issuer issuer,
            Duration life,
            Duration skew,
            InstantSource clock,
            SecureRandom random) {
        this.authority = authority;
        this.issuer = issuer;
        this.life = life;
        this.skew = skew;
        this.clock = clock;
        this.random = random;
    }

    /** The certificate as it is now. */
    OwnKey.Entry entry() {
        ClusterAuthority by = authority.get();
        Own current = own;
        return current != null && current.by() == by && clock.instant().isBefore(current.renewal())
                ? current.entry()
                : renewed(by).entry();
    }

    private synchronized Own renewed(ClusterAuthority by) {
        Own current = own;
        Instant now = clock.instant();
        if (current != null && current.by() == by && now.isBefore(current.renewal())) {
            return current;
        }
        KeyPair pair = newKeys(random);
        Instant notAfter = now.plus(life);
        X509Certificate certificate = issuer.issue(by, pair, now.minus(skew), notAfter);
        long third = life.toMillis() / 3;
        // Within the first half of the last third: members that were started together do not all renew in one moment,
        // and one whose clock is set back still renews in time.
        Instant renewal = notAfter.minusMillis(third).plusMillis(random.nextLong(third / 2));
        long number = current == null ? 1 : current.entry().number() + 1;
        Own next = new Own(new OwnKey.Entry(number, pair.getPrivate(), List.of(certificate)), by, renewal);
        own = next;
        return next;
    }

    static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no curve secp256r1, which every Java must have", e);
        }
    }
}
