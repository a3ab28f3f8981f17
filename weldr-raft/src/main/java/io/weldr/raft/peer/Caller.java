package io.weldr.raft.peer;

import io.weldr.core.port.MemberTls;
import io.weldr.core.state.MemberId;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of a connection. Any thread. */
final class Caller {
    private static final Caller ANYBODY = new Caller(null, null, null);

    private final @Nullable MemberTls tls;
    private final @Nullable X509Certificate certificate;
    private final @Nullable MemberId name;
    private volatile long checked; // the generation in which the certificate was accepted

    private Caller(@Nullable MemberTls tls, @Nullable X509Certificate certificate, @Nullable MemberId name) {
        this.tls = tls;
        this.certificate = certificate;
        this.name = name;
    }

    /** @param tls null: this node speaks none */
    static Caller of(@Nullable MemberTls tls, Attributes connection) {
        SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (tls == null || session == null) {
            return ANYBODY;
        }
        X509Certificate certificate = certificate(session);
        long generation = tls.generation(); // before the look: if it grows meanwhile, the next message looks again
        Caller caller = new Caller(tls, certificate, certificate == null ? null : tls.member(certificate));
        caller.checked = generation;
        return caller;
    }

    private static @Nullable X509Certificate certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** As the certificate names it; null: it spoke without TLS, and may be anybody. */
    @Nullable MemberId name() {
        return name;
    }

    /**
     * Why nothing of it is answered, for people; null: it is. Looks again after the secret of the cluster was replaced.
     */
    @Nullable String refusal() {
        MemberTls with = tls;
        if (with == null) {
            return null;
        }
        X509Certificate shown = certificate;
        if (shown == null || name == null) {
            return "the certificate of the connection is not accepted any more";
        }
        long generation = with.generation();
        if (checked != generation) {
            if (!name.equals(with.member(shown))) {
                return "the certificate of " + name + " on this connection is not accepted any more";
            }
            checked = generation;
        }
        return null;
    }

    /** Why it may not speak in the name of {@code claimed}, for people; null: it may. */
    @Nullable String refusal(MemberId claimed) {
        return name == null || name.equals(claimed)
                ? null
                : "the call is in the name of " + claimed + ", and the certificate is that of " + name;
    }
}
