package io.weldr.trust;

import io.weldr.core.port.ApiTls;
import io.weldr.core.state.Actor;
import io.weldr.core.state.MemberId;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the API by the secret of the cluster. The node signs its own certificate for the names and addresses that
 * clients may call it by. Of clients it accepts the certificates of members, and those that an administrator has made
 * for itself with the secret, see {@link SecretClient}. Thread safe.
 */
public final class SecretApi implements ApiTls {
    private final SecretMembers members;
    private final OwnKey keys;
    private final MemberTrust trust = new MemberTrust(this::check);

    /** @param hosts names and IP addresses by which clients call this node; asked for each new certificate */
    public SecretApi(
            MemberId self,
            SecretMembers members,
            Supplier<List<String>> hosts,
            InstantSource clock,
            SecureRandom random) {
        this.members = members;
        OwnCertificate own = new OwnCertificate(
                members::authority,
                (by, pair, from, until) -> by.issueApi(self, hosts.get(), pair, from, until, random),
                SecretMembers.LIFE,
                SecretMembers.SKEW,
                clock,
                random);
        keys = new OwnKey(own::entry);
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
    public @Nullable Actor client(X509Certificate certificate) {
        try {
            return checked(certificate);
        } catch (CertificateException e) {
            return null;
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        var unused = checked(chain[0]);
    }

    private Actor checked(X509Certificate certificate) throws CertificateException {
        String administrator = MemberNames.administrator(certificate);
        if (administrator != null) {
            members.checkSigned(certificate, "the certificate of the administrator " + administrator);
            certificate.checkValidity(members.now()); // it lives for minutes: no day more
            return Actor.certificate(administrator);
        }
        MemberId member = members.member(certificate);
        if (member == null || !MemberNames.namesMember(certificate)) {
            throw new CertificateException(
                    "the certificate is of neither a member nor an administrator (expected: one that was made with the secret)");
        }
        return Actor.node(member);
    }
}
