package io.weldr.it.acme;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import io.weldr.testing.TestAuthority.Issued;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;

/**
 * A process of pebble, which validates by a name server that gives every name the address of loopback. Confined to the
 * thread of a test.
 */
final class Pebble implements AutoCloseable {
    /** Of accounts whose customers pebble knows. */
    static final String KEY_ID = "kid-1";

    static final String HMAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    private final Path folder;
    private final LoopbackNames names;
    private final TestAuthority authority;
    private final Process process;
    private final int port;
    private final int managementPort;
    private final SSLContext trust;

    private Pebble(Path folder, int httpPort, int tlsPort, boolean customersOnly)
            throws IOException, GeneralSecurityException {
        this.folder = folder;
        names = new LoopbackNames();
        port = Ports.free();
        managementPort = Ports.free();
        authority = new TestAuthority("pebble");
        Issued own = authority.issue("-1d", 10, "dns:localhost", "ip:127.0.0.1");
        pem("cert.pem", "CERTIFICATE", own.certificate().getEncoded());
        pem("key.pem", "PRIVATE KEY", own.key().getEncoded());
        X509Certificate root = ((X509TrustManager) authority.trust().getTrustManagers()[0]).getAcceptedIssuers()[0];
        pem("authority.pem", "CERTIFICATE", root.getEncoded());
        trust = SSLContext.getInstance("TLS");
        trust.init(null, authority.trust().getTrustManagers(), null);
        Path config = Files.writeString(folder.resolve("pebble.json"), """
                {"pebble": {
                  "listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                  "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d, "ocspResponderURL": "",
                  "externalAccountBindingRequired": %s, "externalAccountMACKeys": {"%s": "%s"}}}
                """.formatted(
                        port,
                        managementPort,
                        folder.resolve("cert.pem"),
                        folder.resolve("key.pem"),
                        httpPort,
                        tlsPort,
                        customersOnly,
                        KEY_ID,
                        HMAC_KEY));
        ProcessBuilder builder = new ProcessBuilder(
                        "pebble", "-config", config.toString(), "-dnsserver", "127.0.0.1:" + names.port())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pebble.log").toFile());
        builder.environment().putAll(Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_AUTHZREUSE", "0"));
        process = builder.start();
        await("pebble").until(() -> log().contains("ACME directory available at") && process.isAlive());
    }

    /**
     * Starts it. The test is skipped where pebble is not installed.
     *
     * @param httpPort that it takes for port 80 of every host
     * @param tlsPort that it takes for port 443 of every host
     * @param customersOnly whether accounts need an external account
     */
    static Pebble start(Path folder, int httpPort, int tlsPort, boolean customersOnly)
            throws IOException, GeneralSecurityException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "pebble"))),
                "pebble is not installed (Debian: apt-get install pebble)");
        return new Pebble(Files.createDirectories(folder), httpPort, tlsPort, customersOnly);
    }

    private void pem(String file, String type, byte[] der) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n");
    }

    String directory() {
        return "https://localhost:" + port + "/dir";
    }

    /** Who vouches for the server of pebble. */
    Path caFile() {
        return folder.resolve("authority.pem");
    }

    /** PEM of the root of what it issues. */
    String root() throws IOException {
        HttpsURLConnection connection =
                (HttpsURLConnection) URI.create("https://localhost:" + managementPort + "/roots/0")
                        .toURL()
                        .openConnection();
        connection.setSSLSocketFactory(trust.getSocketFactory());
        connection.setReadTimeout(Patience.PATIENCE_MILLIS);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("pebble.log"));
    }

    /** How often something stands in its log. */
    long count(String pattern) throws IOException {
        return Pattern.compile(pattern).matcher(log()).results().count();
    }

    /** Accounts that it has made. */
    long accounts() throws IOException {
        return count("There are now \\d+ accounts in memory");
    }

    /** Orders that it has made. */
    long orders() throws IOException {
        return count("Added order ");
    }

    /** Certificates that it has issued. */
    long issued() throws IOException {
        return count("Issued certificate serial ");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroyForcibly();
        process.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        names.close();
        authority.close();
    }
}
