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
import io.weldr.core.tls.OriginTrust;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How https origins are verified when they are probed. Made for the first of them, which may have to wait for it some tenths of a
 * second: reading the platform's authorities is a sixth of a node's start, and most pools have no https. Confined to the loop of the probes.
 */
final class ProbeTls {
    private final @Nullable TrustManagerFactory authorities;
    private @Nullable TrustManager trust;
    private final Map<Alpn, SslContext> contexts = new EnumMap<>(Alpn.class);

    /** What a probe offers by ALPN. */
    enum Alpn {
        /** Nothing: HTTP/1.1, or no protocol at all. */
        NONE,
        H2
    }

    /** @param authorities whom origins may be vouched for by; null: whom the Java platform trusts */
    ProbeTls(@Nullable TrustManagerFactory authorities) {
        this.authorities = authorities;
    }

    /** @throws SSLException if there is no TLS with that trust */
    SslContext context(Alpn alpn) throws SSLException {
        SslContext context = contexts.get(alpn);
        if (context == null) {
            try {
                context = make(alpn);
            } catch (GeneralSecurityException e) {
                throw new SSLException(e.getMessage(), e);
            }
            contexts.put(alpn, context);
        }
        return context;
    }

    private SslContext make(Alpn alpn) throws GeneralSecurityException, SSLException {
        TrustManager trusted = trust;
        if (trusted == null) {
            trusted = OriginTrust.of(authorities);
            trust = trusted;
        }
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .endpointIdentificationAlgorithm("HTTPS")
                .trustManager(trusted);
        if (alpn == Alpn.H2) {
            builder.ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2));
        }
        return builder.build();
    }
}
