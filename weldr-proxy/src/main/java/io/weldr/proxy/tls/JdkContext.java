package io.weldr.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.weldr.core.listener.ListenerTls.ClientCertificates;
import io.weldr.core.port.TicketKeys.TicketKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * A context of the JDK, for machines that BoringSSL does not run on. Sessions resume on the node that began them alone:
 * the JDK has ticket keys of its own. Thread safe.
 */
final class JdkContext implements TlsContext {
    private static final String[] CIPHERS = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    private static final JdkGroups GROUPS = new JdkGroups();

    private final SSLContext context;
    private final ContextSpec spec;

    JdkContext(KeyAndChain material, ContextSpec spec) throws GeneralSecurityException {
        this.spec = spec;
        context = SSLContext.getInstance("TLS");
        TrustManager[] trust = spec.asksClients()
                ? new TrustManager[] {ClientTrust.of(KeyAndChain.certificates(String.valueOf(spec.authorities())))}
                : new TrustManager[0];
        context.init(keys(material).getKeyManagers(), trust, new SecureRandom());
    }

    private static KeyManagerFactory keys(KeyAndChain material) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = {};
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("nothing is read", e);
        }
        store.setKeyEntry(
                "certificate", material.privateKey(), password, material.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory;
    }

    @Override
    public TlsSession newSession(ByteBufAllocator allocator) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setUseCipherSuitesOrder(true);
        parameters.setCipherSuites(CIPHERS);
        parameters.setAlgorithmConstraints(GROUPS);
        parameters.setProtocols(spec.allowsTls12() ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(spec.protocols().toArray(String[]::new));
        parameters.setNeedClientAuth(spec.clients() == ClientCertificates.REQUIRE);
        if (spec.clients() == ClientCertificates.OPTIONAL) {
            parameters.setWantClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return new JdkSession(engine, allocator);
    }

    @Override
    public void ticketKeys(List<TicketKey> keys) {}
}
