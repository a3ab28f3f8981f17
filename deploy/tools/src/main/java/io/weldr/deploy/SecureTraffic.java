package io.weldr.deploy;

import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Requests over TLS through the proxy of a node in training: handshakes, and HTTP/1.1 and HTTP/2 within them, often
 * enough to be compiled.
 */
final class SecureTraffic implements AutoCloseable {
    private static final int HANDSHAKES = 50;
    private static final int ROUNDS = 60;
    private static final int STREAMS = 40;
    private static final int BODY_BYTES = 16 * 1024;

    private final int port;
    private final TestAuthority authority;

    /**
     * Nothing is sent yet.
     *
     * @param port of the listener on the loopback interface
     */
    SecureTraffic(int port) throws IOException {
        this.port = port;
        authority = new TestAuthority("training");
    }

    /** A certificate for the listener as the API takes it, with its key. */
    String certificate() throws IOException {
        try {
            TestAuthority.Issued issued = authority.issue("-1d", 10, "dns:localhost");
            String key = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(issued.key().getEncoded());
            return "{\"chain\":\"" + line(issued.pem()) + "\",\"privateKey\":\""
                    + line("-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n") + "\"}";
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate was made", e);
        }
    }

    private static String line(String pem) {
        return pem.replace("\n", "\\n");
    }

    /**
     * Sends all of it.
     *
     * @throws IOException an answer did not come, or was of another status than 200
     */
    void run() throws IOException {
        for (int i = 0; i < HANDSHAKES; i++) {
            // Each client has sessions of its own, so that each handshake is a full one.
            Version version = i % 2 == 0 ? Version.HTTP_1_1 : Version.HTTP_2;
            HttpClient client = client(version);
            int rounds = i < 2 ? ROUNDS : 1;
            for (int round = 0; round < rounds; round++) {
                send(client);
            }
        }
    }

    private HttpClient client(Version version) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, authority.trust().getTrustManagers(), null);
            return HttpClient.newBuilder().version(version).sslContext(context).build();
        } catch (GeneralSecurityException e) {
            throw new IOException("no client of TLS was made", e);
        }
    }

    private void send(HttpClient client) throws IOException {
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            answers.add(client.sendAsync(request("/").build(), BodyHandlers.discarding()));
        }
        answers.add(client.sendAsync(request("/bytes/16384?framing=length").build(), BodyHandlers.discarding()));
        answers.add(client.sendAsync(request("/bytes/4096?framing=chunked").build(), BodyHandlers.discarding()));
        answers.add(client.sendAsync(
                request("/echo")
                        .POST(BodyPublishers.ofByteArray(new byte[BODY_BYTES]))
                        .build(),
                BodyHandlers.discarding()));
        try {
            for (CompletableFuture<HttpResponse<Void>> answer : answers) {
                int status =
                        answer.get(Program.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode();
                if (status != 200) {
                    throw new IOException("a request over TLS was answered with " + status + " (expected: 200)");
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("traffic over TLS at port " + port + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + target))
                .timeout(Duration.ofSeconds(Program.PATIENCE_SECONDS));
    }

    @Override
    public void close() throws IOException {
        authority.close();
    }
}
