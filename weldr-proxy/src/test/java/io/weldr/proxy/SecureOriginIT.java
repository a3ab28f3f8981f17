package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** https origins: the name is sent and verified, and nobody is believed who cannot prove it. */
class SecureOriginIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path folder;

    private static KeyStore keys;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("origin.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "origin",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
    }

    private static SSLContext server() throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static TrustManagerFactory trust() throws GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            trusted.load(null, null);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        trusted.setCertificateEntry("origin", keys.getCertificate("origin"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static RawOrigin origin() throws GeneralSecurityException {
        return RawOrigin.secured(server(), (wire, self) -> {
            while (!self.next(wire).isEmpty()) {
                wire.send(RawOrigin.OK);
            }
        });
    }

    @Test
    void aTrustedOriginServesOneRequestAfterAnother() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.with(settings -> settings.withTrust(trust));
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void anotherNameThanTheCertificateSIsRefused() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.with(settings -> settings.withTrust(trust))) {
            proxy.add("https://127.0.0.1:" + origin.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws GeneralSecurityException {
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("https://localhost:" + origin.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
            assertThat(origin.requests()).isEmpty();
        }
    }
}
