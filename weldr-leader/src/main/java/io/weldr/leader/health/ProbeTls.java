package io.weldr.leader.health;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.port.KeySeal;
import io.weldr.core.tls.ClientKeys;
import io.weldr.core.tls.OriginTrust;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How https origins are verified when they are probed. Made for the first of them that is probed alike, which may have
 * to wait for it some tenths of a second: reading the platform's authorities is a sixth of a node's start, and most
 * pools have no https. Confined to the loop of the probes.
 */
final class ProbeTls {
    /** Each pool, with what HTTP and gRPC offer. What was not used for longest is made anew. */
    private static final int CONTEXTS_MAX = 512;

    private final @Nullable TrustManagerFactory authorities;
    private final KeySeal seal;
    private @Nullable TrustManager platform; // whom the node trusts: what takes long to read
    private final Map<Identity, SslContext> contexts = new LinkedHashMap<>(16, 0.75f, true);

    /** What contexts are made of. */
    private record Identity(
            OriginTlsPolicy policy, @Nullable IssuedChain client, Alpn alpn) {}

    /** What a probe offers by ALPN. */
    enum Alpn {
        /** Nothing: HTTP/1.1, or no protocol at all. */
        NONE,
        H2,
        /** HTTP/2 and HTTP/1.1. */
        EITHER
    }

    /**
     * No contexts yet.
     *
     * @param authorities authorities of origins for pools without their own; null: those of the Java platform
     * @param seal opens the keys of client certificates
     */
    ProbeTls(@Nullable TrustManagerFactory authorities, KeySeal seal) {
        this.authorities = authorities;
        this.seal = seal;
    }

    /** @throws SSLException if there is no such TLS on this node; the message says why */
    SslContext context(ProbeAccess access, Alpn alpn) throws SSLException {
        Identity wanted = new Identity(access.tls(), access.client(), alpn);
        SslContext context = contexts.get(wanted);
        if (context == null) {
            try {
                context = make(wanted);
            } catch (GeneralSecurityException | IllegalArgumentException | IllegalStateException e) {
                throw new SSLException(e.getMessage(), e);
            }
            contexts.put(wanted, context);
            if (contexts.size() > CONTEXTS_MAX) {
                contexts.remove(contexts.keySet().iterator().next());
            }
        }
        return context;
    }

    private SslContext make(Identity wanted) throws GeneralSecurityException, SSLException {
        OriginTlsPolicy policy = wanted.policy();
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .endpointIdentificationAlgorithm(policy.insecureSkipVerify() ? null : "HTTPS")
                .trustManager(trust(policy));
        CertificateName own = policy.clientCertificate();
        if (own != null) {
            builder.keyManager(clientKeys(own, wanted.client()));
        }
        switch (wanted.alpn()) {
            case NONE -> {}
            case H2 ->
                builder.ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                        .applicationProtocolConfig(offering(ApplicationProtocolNames.HTTP_2));
            case EITHER ->
                builder.applicationProtocolConfig(
                        offering(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1));
        }
        return builder.build();
    }

    private TrustManager trust(OriginTlsPolicy policy) throws GeneralSecurityException {
        if (policy.authorities() != null || policy.insecureSkipVerify()) {
            return OriginTrust.of(policy, authorities);
        }
        TrustManager known = platform;
        if (known == null) {
            known = OriginTrust.of(policy, authorities);
            platform = known;
        }
        return known;
    }

    private ClientKeys clientKeys(CertificateName name, @Nullable IssuedChain chain) throws GeneralSecurityException {
        if (chain == null) {
            throw new IllegalStateException("certificate " + name + " was not issued yet");
        }
        byte[] key = seal.open(KeyOwner.of(name), chain.key());
        try {
            return ClientKeys.of(chain.chain(), key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static ApplicationProtocolConfig offering(String... protocols) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, protocols);
    }
}
