package io.weldr.trust;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Accepts those chains that {@link ChainCheck} does, of clients and servers alike. Host names do not count. */
final class MemberTrust extends X509ExtendedTrustManager {
    private static final X509Certificate[] NO_HINT = new X509Certificate[0];

    private final ChainCheck check;

    /** Whether a chain is of a member. */
    @FunctionalInterface
    interface ChainCheck {
        /**
         * Returns if it is.
         *
         * @param chain at least one certificate, that of the other side first
         * @throws CertificateException with one line that says why not, for people
         */
        void check(X509Certificate[] chain) throws CertificateException;
    }

    MemberTrust(ChainCheck check) {
        this.check = check;
    }

    @Override
    public void checkClientTrusted(X509Certificate @Nullable [] chain, @Nullable String type, @Nullable Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate @Nullable [] chain, @Nullable String type, @Nullable Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(
            X509Certificate @Nullable [] chain, @Nullable String type, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(
            X509Certificate @Nullable [] chain, @Nullable String type, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate @Nullable [] chain, @Nullable String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate @Nullable [] chain, @Nullable String type)
            throws CertificateException {
        check(chain);
    }

    private void check(X509Certificate @Nullable [] chain) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("no certificate (expected: that of a member)");
        }
        check.check(chain);
    }

    /** None: members have one certificate to show, and show it in any case. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NO_HINT;
    }
}
