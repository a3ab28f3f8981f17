package io.weldr.raft;

import io.weldr.core.port.MemberTls;
import io.weldr.core.state.MemberId;
import io.weldr.testing.TestAuthority;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The TLS of a member in a test: a certificate of one authority, which names it. What it shows may be replaced. */
final class TestTls implements MemberTls {
    static final String URI = "weldr://member/";

    private final Key keys;
    private final Trust trust;
    private final boolean plainToo;
    private final AtomicLong generation = new AtomicLong(1);

    /** Which names this node does not accept any more. */
    volatile String expelled = "";

    private TestTls(TestAuthority.Issued own, X509TrustManager trusted, boolean plainToo) {
        this.keys = new Key(own);
        this.trust = new Trust(trusted);
        this.plainToo = plainToo;
    }

    static TestTls of(TestAuthority authority, MemberId member, boolean plainToo) throws Exception {
        return of(authority, authority, member, plainToo);
    }

    /** @param believed whose certificates this member accepts */
    static TestTls of(TestAuthority authority, TestAuthority believed, MemberId member, boolean plainToo)
            throws Exception {
        return new TestTls(
                authority.issue("-1d", 10, "uri:" + URI + member),
                (X509TrustManager) believed.trust().getTrustManagers()[0],
                plainToo);
    }

    /** As when the secret of the cluster was replaced. */
    void renew() {
        generation.incrementAndGet();
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
    public @Nullable MemberId member(X509Certificate certificate) {
        try {
            String uri = String.valueOf(
                    certificate.getSubjectAlternativeNames().iterator().next().get(1));
            MemberId named = new MemberId(uri.substring(URI.length()));
            return named.value().equals(expelled) ? null : named;
        } catch (CertificateParsingException e) {
            return null;
        }
    }

    @Override
    public long generation() {
        return generation.get();
    }

    @Override
    public boolean plainToo() {
        return plainToo;
    }

    private static final class Key extends X509ExtendedKeyManager {
        private final TestAuthority.Issued own;

        Key(TestAuthority.Issued own) {
            this.own = own;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {own.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }

    private static final class Trust extends X509ExtendedTrustManager {
        private final X509TrustManager trusted;

        Trust(X509TrustManager trusted) {
            this.trusted = trusted;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            trusted.checkClientTrusted(chain, "UNKNOWN");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
