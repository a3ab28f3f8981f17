package io.weldr.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A certificate authority, made by the keytool of the running JDK. Confined to the thread of a test. */
public final class TestAuthority implements AutoCloseable {
    private static final String PASSWORD = "test-only";
    private static final String AUTHORITY = "authority";

    private final Path folder;
    private final Path store;
    private int issued;

    /** A key, and the certificate that this authority has signed for it. */
    public record Issued(PrivateKey key, X509Certificate certificate) {
        /** The certificate alone, as PEM. */
        public String pem() throws GeneralSecurityException {
            return TestAuthority.pem(certificate);
        }

        /** For a server that shows this certificate, without that of the authority. */
        public SSLContext forServer() throws GeneralSecurityException {
            return forServer(null);
        }

        /**
         * For a server that shows this certificate, without that of the authority.
         *
         * @param clients whom clients may be vouched for by; null: nobody asks
         */
        public SSLContext forServer(@Nullable TrustManagerFactory clients) throws GeneralSecurityException {
            KeyStore keys = empty();
            keys.setKeyEntry("server", key, PASSWORD.toCharArray(), new X509Certificate[] {certificate});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), clients == null ? null : clients.getTrustManagers(), null);
            return context;
        }
    }

    /** An authority of that name. Takes about a second. */
    public TestAuthority(String name) throws IOException {
        folder = Files.createTempDirectory("weldr-authority");
        store = folder.resolve("store.p12");
        make(AUTHORITY, name, "-1d", 10, "-ext", "bc:c=ca:true");
    }

    /**
     * Signs a certificate for these names. Takes about a second.
     *
     * @param start as keytool takes it: {@code -10d} is ten days ago
     * @param names as keytool takes them: {@code dns:localhost}
     */
    public Issued issue(String start, int days, String... names) throws IOException, GeneralSecurityException {
        String alias = "issued-" + issued++;
        make(alias, alias, start, days, "-signer", AUTHORITY, "-ext", "san=" + String.join(",", names));
        KeyStore keys = load();
        return new Issued(
                (PrivateKey) keys.getKey(alias, PASSWORD.toCharArray()), (X509Certificate) keys.getCertificate(alias));
    }

    /** The certificate of this authority, as PEM. */
    public String pem() throws IOException, GeneralSecurityException {
        return pem((X509Certificate) load().getCertificate(AUTHORITY));
    }

    private static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** Believes what this authority has signed, and nothing else. */
    public TrustManagerFactory trust() throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        trusted.setCertificateEntry(AUTHORITY, load().getCertificate(AUTHORITY));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static KeyStore empty() throws GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try {
            keys.load(null, null);
        } catch (IOException e) {
            throw new AssertionError(e); // nothing is read
        }
        return keys;
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void make(String alias, String name, String start, int days, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + name, "-keyalg", "EC"));
        command.addAll(List.of("-groupname", "secp256r1", "-startdate", start, "-validity", String.valueOf(days)));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        try {
            if (!keytool.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                keytool.destroyForcibly();
                throw new IOException("keytool: no end within " + Patience.PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
        if (keytool.exitValue() != 0) {
            throw new IOException("keytool: exit " + keytool.exitValue() + " (expected: 0) of " + command);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(store);
        Files.delete(folder);
    }
}
