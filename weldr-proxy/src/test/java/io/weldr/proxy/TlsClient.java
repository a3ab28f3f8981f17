package io.weldr.proxy;

import io.weldr.testing.TestCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A client of the JDK that believes one authority. Confined to the thread of a test, but for {@link #connect}. */
final class TlsClient {
    private final SSLContext context;
    private String[] protocols = {"http/1.1"};
    private String @Nullable [] versions;
    private byte[] before = {};

    TlsClient(TestCa trusted) {
        this(trusted, null);
    }

    /** @param own shown to servers that ask; null: none */
    TlsClient(TestCa trusted, TestCa.@Nullable Issued own) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", trusted.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            context = SSLContext.getInstance("TLS");
            context.init(own == null ? null : keys(own), trust.getTrustManagers(), new SecureRandom());
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyManager[] keys(TestCa.Issued own) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    TlsClient offering(String... names) {
        protocols = names;
        return this;
    }

    TlsClient speaking(String... names) {
        versions = names;
        return this;
    }

    /** Sends these bytes in front of its handshake. */
    TlsClient behind(byte[] header) {
        before = header;
        return this;
    }

    /** A socket that has shaken hands; throws if that failed. */
    SSLSocket handshake(int port, @Nullable String serverName) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.getOutputStream().write(before);
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(plain, serverName == null ? "127.0.0.1" : serverName, port, true);
        try {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
            parameters.setApplicationProtocols(protocols);
            if (versions != null) {
                parameters.setProtocols(versions);
            }
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(io.weldr.testing.Patience.PATIENCE_MILLIS);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The same, as a wire. */
    Wire connect(int port, @Nullable String serverName) {
        try {
            return new Wire(handshake(port, serverName));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends on a connection of its own and reads one whole response. */
    String exchange(int port, @Nullable String serverName, String request) {
        try (Wire wire = connect(port, serverName)) {
            return wire.send(request).readMessage();
        }
    }

    /** The certificate that the server presents. */
    X509Certificate presented(int port, @Nullable String serverName) {
        try (SSLSocket socket = handshake(port, serverName)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
