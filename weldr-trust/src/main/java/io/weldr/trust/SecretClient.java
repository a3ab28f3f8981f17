package io.weldr.trust;

import io.weldr.core.state.MemberId;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A client of the API that has the secret of the cluster: an administrator who made itself a certificate that lives for
 * minutes and is never written down. It takes for a node whoever has a certificate of the same secret, whatever the
 * name that it was called by. Immutable.
 */
public final class SecretClient {
    /** Enough for a command and its repetitions. */
    static final Duration LIFE = Duration.ofMinutes(10);

    /** How far the clock of the administrator may be ahead of that of the node. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final OwnKey keys;
    private final MemberTrust trust;

    private SecretClient(OwnKey keys, MemberTrust trust) {
        this.keys = keys;
        this.trust = trust;
    }

    /**
     * Makes the certificate.
     *
     * @param name of the administrator, which the history shows: 1 to 64 letters, digits or any of {@code -_.}
     */
    public static SecretClient of(ClusterSecret secret, String name, InstantSource clock, SecureRandom random) {
        List<ClusterAuthority> authorities = ClusterAuthority.of(secret);
        KeyPair pair = OwnCertificate.newKeys(random);
        Instant now = clock.instant();
        X509Certificate certificate =
                authorities.get(0).issueAdministrator(name, pair, now.minus(SKEW), now.plus(LIFE), random);
        OwnKey.Entry entry = new OwnKey.Entry(1, pair.getPrivate(), List.of(certificate));
        SecretMembers members = new SecretMembers(new MemberId("client"), () -> secret, false, clock, random);
        return new SecretClient(new OwnKey(() -> entry), new MemberTrust(chain -> checkNode(members, chain[0])));
    }

    private static void checkNode(SecretMembers members, X509Certificate certificate) throws CertificateException {
        members.checkSigned(certificate, "the certificate of the node");
        if (!MemberNames.namesNode(certificate)) {
            throw new CertificateException("the certificate names no node (expected: that of a node)");
        }
    }

    /** Shows the certificate. */
    public X509ExtendedKeyManager keys() {
        return keys;
    }

    /** Accepts nodes. */
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    /**
     * The authorities of a secret as PEM, for clients that have a token and not the secret. Nothing secret is in it.
     */
    public static String authorities(ClusterSecret secret, SecureRandom random) {
        StringBuilder pem = new StringBuilder();
        for (ClusterAuthority authority : ClusterAuthority.of(secret)) {
            try {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(authority.certificate(random).getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            } catch (CertificateException e) {
                throw new IllegalStateException("a certificate of weldr's own", e);
            }
        }
        return pem.toString();
    }
}
