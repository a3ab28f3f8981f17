package io.weldr.testserver;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key and a certificate that vouches for itself, for tests of https: made by the keytool of the running JDK, which
 * spares a library. Threads: any.
 *
 * @param subjectAlternativeNames as keytool takes them: {@code dns:localhost}, {@code ip:127.0.0.1}
 */
public record TestCertificate(PrivateKey key, X509Certificate certificate, List<String> subjectAlternativeNames) {
    private static final String PASSWORD = "test-only";
    private static final String ALIAS = "origin";
    /** A key pair takes keytool about a second; a machine under load gets this long. */
    private static final long KEYTOOL_SECONDS_MAX = 60;

    public TestCertificate {
        subjectAlternativeNames = List.copyOf(subjectAlternativeNames);
    }

    /** Makes one for these names, valid from an hour ago. Takes about a second. */
    public static TestCertificate of(String... subjectAlternativeNames) throws IOException, GeneralSecurityException {
        List<String> names = List.of(subjectAlternativeNames);
        Path folder = Files.createTempDirectory("weldr-certificate");
        Path store = folder.resolve("store.p12");
        try {
            keytool(
                    "-genkeypair",
                    "-keystore",
                    store.toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=weldr-testserver",
                    "-startdate",
                    "-1H",
                    "-validity",
                    "30",
                    "-ext",
                    "san=" + String.join(",", names));
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            return new TestCertificate(
                    (PrivateKey) keys.getKey(ALIAS, PASSWORD.toCharArray()),
                    (X509Certificate) keys.getCertificate(ALIAS),
                    names);
        } finally {
            Files.deleteIfExists(store);
            Files.delete(folder);
        }
    }

    /** For {@link TestServer.Options#tls}. */
    public SslContext forServer() throws IOException {
        return SslContextBuilder.forServer(key, certificate).build();
    }

    private static void keytool(String... arguments) throws IOException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(List.of(arguments));
        Process process = builder.redirectErrorStream(true).start();
        try {
            if (!process.waitFor(KEYTOOL_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("keytool: no end within " + KEYTOOL_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool: exit " + process.exitValue() + ": "
                    + new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
