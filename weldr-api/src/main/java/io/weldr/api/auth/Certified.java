package io.weldr.api.auth;

import io.weldr.core.port.ApiTls;
import io.weldr.core.state.Actor;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A client that proved by TLS that it has the key of that certificate, and who that is. */
public record Certified(Actor actor, X509Certificate certificate) {
    /**
     * The client of a connection, if its certificate is accepted still. A session may be older than the connection: TLS
     * that is resumed looks at no certificate.
     *
     * @param session null: the connection speaks no TLS
     * @param tls by what the API speaks TLS; null: by nothing
     */
    public static @Nullable Certified of(@Nullable SSLSession session, @Nullable ApiTls tls) {
        if (session == null || tls == null) {
            return null;
        }
        try {
            if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                Actor actor = tls.client(certificate);
                return actor == null ? null : new Certified(actor, certificate);
            }
            return null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // the client shows none
        }
    }
}
