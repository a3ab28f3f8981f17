package io.weldr.core.tls;

import io.weldr.core.pool.OriginTlsPolicy;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
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
     * @param authorities authorities of origins; null: those of the Java platform
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

    /**
     * The trust manager for the origins of a pool.
     *
     * @param node authorities of origins for policies without their own; null: those of the Java platform
     * @throws GeneralSecurityException there is none, or the authorities of the policy cannot be read; the message says
     *     why
     */
    public static TrustManager of(OriginTlsPolicy policy, @Nullable TrustManagerFactory node)
            throws GeneralSecurityException {
        if (policy.insecureSkipVerify()) {
            return new AnyCertificate();
        }
        String authorities = policy.authorities();
        return of(authorities == null ? node : factory(authorities));
    }

    /**
     * Checks what a new policy says before it enters the log. Parts of the JDK decide it, so nothing that is applied
     * may depend on it.
     *
     * @throws IllegalArgumentException the authorities cannot be read; the message names the field, and says what was
     *     found
     */
    public static void check(OriginTlsPolicy policy) {
        String authorities = policy.authorities();
        if (authorities != null) {
            try {
                factory(authorities);
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("tls.authorities: " + TlsFailure.message(e), e);
            }
        }
    }

    private static TrustManagerFactory factory(String authorities) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate authority : PemCertificates.parse(authorities)) {
            anchors.add(new TrustAnchor(authority, null));
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, null);
        parameters.setRevocationEnabled(
                false); // as where the platform's authorities are trusted: nothing is asked on the way
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory;
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

    /** What an operator has asked for in as many words. Of this type, or the JDK would check names behind it. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("no clients are expected here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("no clients are expected here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("no clients are expected here");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
