package io.weldr.it.tls;

import io.weldr.testing.Patience;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects anew for each request, until it is told to end, and verifies the host. */
final class HandshakingClient extends Thread {
    private static final int FAILURES_MAX = 20;

    private final TrustManagerFactory trust;
    private final String host;
    private final int port;
    private final boolean resumes;
    private final AtomicInteger answered = new AtomicInteger();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private final Set<BigInteger> certificates = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** @param resumes whether it offers the sessions that it was given; else each handshake is a whole one */
    HandshakingClient(TestCa authority, String host, int port, boolean resumes) throws Exception {
        super("client of " + port);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority.certificate());
        trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        this.host = host;
        this.port = port;
        this.resumes = resumes;
    }

    private SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void run() {
        try {
            SSLContext kept = context();
            while (!over && failures.size() < FAILURES_MAX) {
                request(resumes ? kept : context());
            }
        } catch (GeneralSecurityException e) {
            failures.add(e);
        }
    }

    private void request(SSLContext context) {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
            socket.setSoTimeout(Patience.PATIENCE_MILLIS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            certificates.add(((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber());
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (answer.startsWith("HTTP/1.1 200 ")) {
                answered.incrementAndGet();
            } else {
                failures.add(new IOException(answer.isEmpty() ? "no answer" : answer));
            }
        } catch (IOException e) {
            failures.add(e);
        }
    }

    /** Ends after the request that is under way. */
    void end() {
        over = true;
    }

    boolean resumes() {
        return resumes;
    }

    int answered() {
        return answered.get();
    }

    List<Exception> failures() {
        return failures;
    }

    /** How many different certificates it was shown. */
    int certificatesSeen() {
        return certificates.size();
    }

    @Override
    public String toString() {
        return getName() + (resumes ? ", which resumes: " : ": ") + answered + " requests, " + certificates.size()
                + " certificates, " + failures.size() + " failures";
    }
}
