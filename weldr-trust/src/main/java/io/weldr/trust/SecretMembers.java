package io.weldr.trust;

import io.weldr.core.Check;
import io.weldr.core.port.MemberTls;
import io.weldr.core.state.MemberId;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Members that know each other by the secret of their cluster. This node signs its own certificate, with the authority
 * of the current secret, and accepts those of the current and of the previous secret. It signs another one while it
 * runs, when the secret is replaced or a third of the life of its certificate is left. Thread safe.
 */
public final class SecretMembers implements MemberTls {
    static final Duration LIFE = Duration.ofDays(30);

    /** How far the clocks of two members may be apart. A certificate begins as much earlier, and ends as much later. */
    static final Duration SKEW = Duration.ofDays(1);

    private final Supplier<ClusterSecret> secret;
    private final boolean plainToo;
    private final InstantSource clock;
    private final OwnCertificate own;
    private final OwnKey keys;
    private final MemberTrust trust = new MemberTrust(this::check);
    private volatile Authorities authorities;

    /** The authorities of a secret, so that they are derived once. */
    private record Authorities(ClusterSecret of, List<ClusterAuthority> accepted, long generation) {
        ClusterAuthority current() {
            return accepted.get(0);
        }
    }

    /**
     * @param secret asked at each handshake, because it may be replaced
     * @param plainToo see {@link MemberTls#plainToo}
     */
    public SecretMembers(
            MemberId self, Supplier<ClusterSecret> secret, boolean plainToo, InstantSource clock, SecureRandom random) {
        this.secret = secret;
        this.plainToo = plainToo;
        this.clock = clock;
        ClusterSecret now = secret.get();
        this.authorities = new Authorities(now, ClusterAuthority.of(now), 1);
        this.own = new OwnCertificate(
                this::authority,
                (by, pair, from, until) -> by.issue(self, pair, from, until, random),
                LIFE,
                SKEW,
                clock,
                random);
        this.keys = new OwnKey(own::entry);
    }

    @Override
    public X509ExtendedKeyManager keys() {
        return keys;
    }

    @Override
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    @Override
    public boolean plainToo() {
        return plainToo;
    }

    @Override
    public long generation() {
        return authorities().generation();
    }

    @Override
    public @Nullable MemberId member(X509Certificate certificate) {
        try {
            return checked(certificate);
        } catch (CertificateException e) {
            return null;
        }
    }

    /**
     * Signs the certificate of this node now if there is none yet, so that the first handshake does not wait for it.
     */
    public void prepare() {
        var unused = own.entry();
    }

    private Authorities authorities() {
        ClusterSecret now = secret.get();
        Authorities current = authorities;
        return current.of() == now ? current : renewed(now);
    }

    private synchronized Authorities renewed(ClusterSecret now) {
        Authorities current = authorities;
        if (current.of() != now) {
            current = new Authorities(now, ClusterAuthority.of(now), current.generation() + 1);
            authorities = current;
        }
        return current;
    }

    /** That of the current secret. */
    ClusterAuthority authority() {
        return authorities().current();
    }

    /** By the clock of this node. */
    Date now() {
        return Date.from(clock.instant());
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        var unused = checked(chain[0]);
    }

    private MemberId checked(X509Certificate certificate) throws CertificateException {
        MemberId named = MemberNames.of(certificate);
        checkSigned(certificate, named == null ? "the certificate" : "the certificate of " + named);
        if (named == null) {
            throw new CertificateException("the certificate names no member (expected: " + MemberNames.URI + "ID)");
        }
        return named;
    }

    /** Returns if the certificate is of a secret of this cluster, and good by the clock of this node. */
    void checkSigned(X509Certificate certificate, String who) throws CertificateException {
        List<ClusterAuthority> accepted = authorities().accepted();
        if (accepted.stream().noneMatch(authority -> signed(certificate, authority))) {
            String other = MemberNames.fingerprint(certificate);
            throw new CertificateException(who + " is of "
                    + (other.isEmpty() ? "another authority" : "another secret, fingerprint " + other)
                    + " (expected: fingerprint "
                    + accepted.stream().map(ClusterAuthority::fingerprint).collect(Collectors.joining(" or "))
                    + ", as in the secret-file of this node)");
        }
        Instant now = clock.instant();
        if (now.isBefore(certificate.getNotBefore().toInstant().minus(SKEW))
                || now.isAfter(certificate.getNotAfter().toInstant().plus(SKEW))) {
            throw new CertificateException(who + " is good from "
                    + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant() + ", and the clock of this node says " + now
                    + " (expected: clocks that are less than " + Check.text(SKEW) + " apart)");
        }
    }

    private static boolean signed(X509Certificate certificate, ClusterAuthority authority) {
        try {
            certificate.verify(authority.publicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
