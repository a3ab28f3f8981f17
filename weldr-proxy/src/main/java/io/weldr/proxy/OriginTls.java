package io.weldr.proxy;

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
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.Scheme;
import io.weldr.core.port.KeySeal;
import io.weldr.core.tls.ClientKeys;
import io.weldr.core.tls.OriginTrust;
import io.weldr.core.tls.TlsCause;
import io.weldr.core.tls.TlsFailure;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.OriginSecurity;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the origins of pools are spoken to. A context for TLS is made once for all pools that ask for the same, and not
 * before a pool has an https origin: reading the platform's authorities takes longer than everything else at start.
 * Confined to the thread that refreshes pools.
 */
final class OriginTls {
    private static final Logger LOG = LoggerFactory.getLogger(OriginTls.class);

    private final @Nullable TrustManagerFactory trust;
    private final KeySeal seal;
    private final Map<Identity, OriginSecurity> made = new HashMap<>();

    /**
     * What makes two connections interchangeable.
     *
     * @param client the chain that is shown; null: none
     */
    private record Identity(
            OriginTlsPolicy policy,
            OriginProtocol protocol,
            @Nullable IssuedChain client) {}

    /**
     * Nothing is made yet.
     *
     * @param trust authorities of origins for pools without their own; null: those of the Java platform
     * @param seal opens the keys of client certificates
     */
    OriginTls(@Nullable TrustManagerFactory trust, KeySeal seal) {
        this.trust = trust;
        this.seal = seal;
    }

    /**
     * How the origins of that pool are spoken to. May take some tenths of a second. The same object for the same TLS,
     * so that connections stay.
     *
     * @param client the certificate that the pool names; null: there is none of that name, or it names none
     * @param before how they were spoken to; null: they were not. It stays where only the certificate is another one,
     *     and cannot be used
     */
    OriginAccess access(Pool pool, @Nullable Certificate client, @Nullable OriginAccess before) {
        OriginProtocol protocol = pool.settings().protocol();
        boolean secure = pool.origins().stream().anyMatch(origin -> origin.url().scheme() == Scheme.HTTPS);
        if (!secure) {
            return new OriginAccess(protocol, null);
        }
        OriginTlsPolicy policy = pool.settings().tls();
        IssuedChain chain = client == null || policy.clientCertificate() == null ? null : client.issued();
        Identity wanted = new Identity(policy, protocol, chain);
        OriginSecurity known = made.get(wanted);
        if (known == null) {
            known = make(wanted);
            TlsFailure failure = known.failure();
            if (failure != null) {
                LOG.warn("pool {}: no TLS to its origins: {}", pool.name(), failure.text());
                return new OriginAccess(protocol, lastGood(wanted, before, known));
            }
            made.put(wanted, known);
        }
        return new OriginAccess(protocol, known);
    }

    /** A certificate that was replaced and cannot be used takes nothing away from the one before. */
    private OriginSecurity lastGood(Identity wanted, @Nullable OriginAccess before, OriginSecurity failed) {
        OriginSecurity last = before == null ? null : before.security();
        boolean onlyCertificate = made.entrySet().stream()
                .anyMatch(entry -> entry.getValue().equals(last)
                        && entry.getKey().policy().equals(wanted.policy())
                        && entry.getKey().protocol() == wanted.protocol());
        return last != null && onlyCertificate ? last : failed;
    }

    /** Forgets what no pool uses any more. Connections that were made with it go on. */
    void retain(Collection<OriginAccess> used) {
        made.values().removeIf(each -> used.stream().noneMatch(access -> each.equals(access.security())));
    }

    private OriginSecurity make(Identity wanted) {
        try {
            return OriginSecurity.of(context(wanted), wanted.policy().serverName());
        } catch (SSLException | GeneralSecurityException | IllegalArgumentException | IllegalStateException e) {
            return OriginSecurity.impossible(new TlsFailure(TlsCause.OTHER, String.valueOf(e.getMessage())));
        }
    }

    private SslContext context(Identity wanted) throws SSLException, GeneralSecurityException {
        OriginTlsPolicy policy = wanted.policy();
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .endpointIdentificationAlgorithm(policy.insecureSkipVerify() ? null : "HTTPS")
                .trustManager(OriginTrust.of(policy, trust));
        if (policy.clientCertificate() != null) {
            builder.keyManager(clientKeys(wanted));
        }
        switch (wanted.protocol()) {
            case HTTP1 -> {}
            case H2 ->
                // RFC 9113 section 9.2.2: other suites of TLS 1.2 are a reason for the origin to refuse the connection.
                builder.ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                        .applicationProtocolConfig(offering(ApplicationProtocolNames.HTTP_2));
            case AUTO ->
                builder.applicationProtocolConfig(
                        offering(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1));
        }
        return builder.build();
    }

    private static ApplicationProtocolConfig offering(String... protocols) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, protocols);
    }

    private ClientKeys clientKeys(Identity wanted) throws GeneralSecurityException {
        var name = wanted.policy().clientCertificate();
        IssuedChain chain = wanted.client();
        if (name == null || chain == null) {
            throw new IllegalStateException("certificate " + name + " was not issued yet");
        }
        byte[] key = seal.open(KeyOwner.of(name), chain.key());
        try {
            return ClientKeys.of(chain.chain(), key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
