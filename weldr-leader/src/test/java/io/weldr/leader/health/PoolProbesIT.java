package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.get;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.probe;
import static io.weldr.leader.health.Probing.within;
import static io.weldr.leader.health.ScriptedHttp2.data;
import static io.weldr.leader.health.ScriptedHttp2.head;
import static io.weldr.leader.health.ScriptedHttp2.reset;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.PoolSettings;
import io.weldr.testing.TestAuthority;
import io.weldr.testserver.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Probes speak to origins as requests do: by the TLS and the protocol of the pool. */
class PoolProbesIT {
    private static final HealthPolicy GET = get("/health", PATIENT);

    private static TestAuthority authority;
    private static TestAuthority.Issued certificate; // for origin.example

    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);

    @BeforeAll
    static void makeCertificate() throws Exception {
        authority = new TestAuthority("Own Authority");
        certificate = authority.issue("-1d", 10, "dns:origin.example");
    }

    @AfterAll
    static void remove() throws Exception {
        authority.close();
    }

    @AfterEach
    void stop() throws Exception {
        probing.close();
    }

    private static PoolSettings pool(OriginProtocol protocol, OriginTlsPolicy tls) {
        return PoolSettings.builder().protocol(protocol).tls(tls).build();
    }

    private static OriginTlsPolicy named(String serverName) throws Exception {
        return new OriginTlsPolicy(authority.pem(), serverName, null, false);
    }

    private static SslContext server(String... protocols) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forServer(certificate.key(), certificate.certificate())
                .sslProvider(SslProvider.JDK);
        if (protocols.length > 0) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        return builder.build();
    }

    private static List<Http2Frame> ok() {
        return List.of(head(true, ":status", "200"));
    }

    @Test
    void theCertificateHasToBeTheOneThatThePoolAsksFor() throws Exception {
        try (TestServer origin = TestServer.start(TestServer.Options.defaults().tls(server()))) {
            String url = origin.url();
            assertThat(probe(prober, url, pool(OriginProtocol.HTTP1, OriginTlsPolicy.DEFAULT), GET))
                    .isEqualTo(failed("TLS: certificate of an unknown authority: CN=Own Authority"));
            assertThat(probe(prober, url, pool(OriginProtocol.HTTP1, named("origin.example")), GET))
                    .isEqualTo(passed("status 200"));
            assertThat(probe(prober, url, pool(OriginProtocol.HTTP1, named("other.example")), GET))
                    .isEqualTo(failed("TLS: certificate is for origin.example, not other.example"));
            OriginTlsPolicy any = new OriginTlsPolicy(null, null, null, true);
            assertThat(probe(prober, url, pool(OriginProtocol.HTTP1, any), GET)).isEqualTo(passed("status 200"));
        }
    }

    @Test
    void anHttpOriginOfAPoolOfHttp2IsAskedByPriorKnowledge() throws Exception {
        try (ScriptedHttp2 origin = new ScriptedHttp2(PoolProbesIT::ok)) {
            assertThat(probe(prober, origin.url(), pool(OriginProtocol.H2, OriginTlsPolicy.DEFAULT), GET))
                    .isEqualTo(passed("status 200"));
            assertThat(origin.heads()).singleElement().satisfies(head -> {
                assertThat(head.method()).hasToString("GET");
                assertThat(head.path()).hasToString("/health");
                assertThat(head.scheme()).hasToString("http");
                assertThat(head.authority()).hasToString("127.0.0.1:" + origin.port());
                assertThat(head.contains("connection")).isFalse();
                assertThat(head.contains("host")).isFalse();
            });
        }
    }

    @Test
    void theAnswerIsJudgedAsOneOfHttp1Is() throws Exception {
        PoolSettings pool = pool(OriginProtocol.H2, OriginTlsPolicy.DEFAULT);
        HealthPolicy text = within(PATIENT).contains("fine").build();
        try (ScriptedHttp2 origin = new ScriptedHttp2(() -> List.of(
                head(false, ":status", "103"),
                head(false, ":status", "200"),
                data(false, 'f', 'i'),
                data(true, 'n', 'e')))) {
            assertThat(probe(prober, origin.url(), pool, text)).isEqualTo(passed("status 200, \"fine\" in the body"));
        }
        try (ScriptedHttp2 origin = new ScriptedHttp2(() -> List.of(head(true, ":status", "503")))) {
            assertThat(probe(prober, origin.url(), pool, GET)).isEqualTo(failed("status 503 (expected 200-299)"));
        }
        try (ScriptedHttp2 origin = new ScriptedHttp2(() -> List.of(reset(Http2Error.INTERNAL_ERROR)))) {
            assertThat(probe(prober, origin.url(), pool, GET)).isEqualTo(failed("stream reset: INTERNAL_ERROR"));
        }
    }

    @Test
    void anHttpsOriginHasToChooseHttp2() throws Exception {
        try (ScriptedHttp2 origin = new ScriptedHttp2(server(ApplicationProtocolNames.HTTP_2), PoolProbesIT::ok)) {
            String url = "https://127.0.0.1:" + origin.port();
            assertThat(probe(prober, url, pool(OriginProtocol.H2, named("origin.example")), GET))
                    .isEqualTo(passed("status 200"));
            assertThat(probe(prober, url, pool(OriginProtocol.AUTO, named("origin.example")), GET))
                    .isEqualTo(passed("status 200"));
            assertThat(origin.heads()).hasSize(2);
        }
        try (TestServer origin = TestServer.start(TestServer.Options.defaults().tls(server()))) {
            String url = origin.url();
            assertThat(probe(prober, url, pool(OriginProtocol.H2, named("origin.example")), GET))
                    .isEqualTo(failed("TLS: the origin does not choose h2 by ALPN"));
            assertThat(probe(prober, url, pool(OriginProtocol.AUTO, named("origin.example")), GET))
                    .as("HTTP/1.1 is as good")
                    .isEqualTo(passed("status 200"));
        }
    }

    @Test
    void withoutTheCertificateThatThePoolNamesNothingIsLearntOfTheOrigin() throws Exception {
        OriginTlsPolicy missing = new OriginTlsPolicy(
                authority.pem(), null, new io.weldr.core.certificate.CertificateName("missing"), false);
        assertThat(prober.probe(
                        io.weldr.core.pool.OriginUrl.parse("https://127.0.0.1:9"),
                        new ProbeAccess(OriginProtocol.HTTP1, missing, null),
                        GET))
                .failsWithin(PATIENT)
                .withThrowableThat()
                .withCauseInstanceOf(NotSentException.class)
                .withMessageContaining("certificate missing was not issued yet");
    }
}
