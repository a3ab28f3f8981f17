package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Accepts what another trust manager does, and has its refusals told with the address of the peer. */
final class ToldTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trust;
    private final Refusals refusals;

    ToldTrust(X509ExtendedTrustManager trust, Refusals refusals) {
        this.trust = trust;
        this.refusals = refusals;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        try {
            trust.checkClientTrusted(chain, type, engine);
        } catch (CertificateException e) {
            // The port is that of the connection, another one each time.
            tell(engine == null || engine.getPeerHost() == null ? "a client" : engine.getPeerHost(), e);
            throw e;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        try {
            trust.checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            tell(
                    engine == null || engine.getPeerHost() == null
                            ? "a member"
                            : HostPort.text(engine.getPeerHost(), engine.getPeerPort()),
                    e);
            throw e;
        }
    }

    private void tell(String peer, CertificateException refusal) {
        refusals.tell(peer, String.valueOf(refusal.getMessage()));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        trust.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        trust.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
