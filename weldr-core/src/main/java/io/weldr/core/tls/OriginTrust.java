package io.weldr.core.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes whom another trust manager believes, and says of a certificate that is refused why, with its dates and
 * names: after the handshake nobody can ask what the origin has sent. Thread safe.
 */
public final class OriginTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager checks;

    private OriginTrust(X509ExtendedTrustManager checks) {
        this.checks = checks;
    }

    /**
     * The trust manager of a factory. Reading the platform's authorities takes some tenths of a second.
     *
     * @param authorities whom origins may be vouched for by; null: whom the Java platform trusts
     * @throws GeneralSecurityException there is none; the message says why
     */
    public static TrustManager of(@Nullable TrustManagerFactory authorities) throws GeneralSecurityException {
        TrustManagerFactory factory = authorities;
        if (factory == null) {
            factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
        }
        TrustManager[] made;
        try {
            made = factory.getTrustManagers();
        } catch (IllegalStateException e) {
            throw new KeyManagementException("the authorities for origins cannot be read: " + e.getMessage(), e);
        }
        if (made.length == 0) {
            throw new KeyManagementException("authorities for origins: none (expected: a trust manager)");
        }
        return made[0] instanceof X509ExtendedTrustManager checks ? new OriginTrust(checks) : made[0];
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            checks.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw refused(e, chain, engine.getPeerHost());
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            checks.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw refused(e, chain, null);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            checks.checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            throw refused(e, chain, null);
        }
    }

    private static CertificateException refused(
            CertificateException e, X509Certificate[] chain, @Nullable String host) {
        return new CertificateRefusedException(
                Certificates.refused(e, chain, host == null ? "the host that was asked for" : host), e);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checks.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checks.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checks.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return checks.getAcceptedIssuers();
    }
}
