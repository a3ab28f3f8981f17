package io.weldr.node.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.MemberTls;
import io.weldr.node.config.NodeConfig.Join;
import io.weldr.raft.RaftSettings.Contacts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks a member's HTTP API who the members are, so that an empty node can find its cluster. It asks by HTTPS first, and
 * shows the certificate that it has as a member: whoever has the secret belongs to the cluster. Blocks for {@link
 * #TIMEOUT} at most, for each of the two ways that it may have to try.
 */
final class JoinContacts implements Contacts {
    /** It asks the members in turn, which takes a second if one is silent. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Join join;
    private final Supplier<@Nullable MemberTls> members;

    /** @param members shows who this node is; null: it has no secret, and asks without TLS */
    JoinContacts(Join join, Supplier<@Nullable MemberTls> members) {
        this.join = join;
        this.members = members;
    }

    @Override
    public Collection<HostPort> raftAddresses() throws IOException {
        HostPort admin = join.admin();
        if (admin == null) {
            return List.of();
        }
        HttpResponse<String> response;
        try {
            response = ask(admin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            throw new IOException(
                    "an answer of the member to join, at " + admin + ": "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
        if (response.statusCode() != 200) {
            throw new IOException("a list of members from " + admin + ", which answers " + response.statusCode());
        }
        return addresses(admin, response);
    }

    private HttpResponse<String> ask(HostPort admin) throws IOException, InterruptedException {
        MemberTls own = members.get();
        if (own == null) {
            return ask("http", admin, null);
        }
        try {
            return ask("https", admin, own);
        } catch (SSLException e) {
            // On loopback the API speaks no TLS, and a member that was not started anew since there is a secret does
            // not, either.
            if (own.plainToo() || isLoopback(admin)) {
                return ask("http", admin, null);
            }
            throw e;
        }
    }

    private static HttpResponse<String> ask(String scheme, HostPort admin, @Nullable MemberTls own)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(scheme + "://" + admin + "/v1/cluster/members"))
                .timeout(TIMEOUT)
                .build();
        // One of its own each time: it is needed until the node has found its cluster, and then never again.
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
        if (own != null) {
            client.sslContext(context(own));
        }
        return client.build().send(request, BodyHandlers.ofString());
    }

    private static SSLContext context(MemberTls own) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {own.keys()}, new TrustManager[] {new AnyServer()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    private static boolean isLoopback(HostPort address) throws IOException {
        return InetAddress.getAllByName(address.host())[0].isLoopbackAddress();
    }

    private static List<HostPort> addresses(HostPort admin, HttpResponse<String> response) throws IOException {
        List<HostPort> addresses = new ArrayList<>();
        try {
            for (JsonNode member : JSON.readTree(response.body()).path("members")) {
                String raft = member.path("addresses").path("raft").asText("");
                if (!raft.isEmpty()) {
                    addresses.add(HostPort.parse(raft));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("a list of members from " + admin + ", whose answer is not valid", e);
        }
        if (addresses.isEmpty()) {
            throw new IOException("members that " + admin + " knows: it names none yet");
        }
        return addresses;
    }

    /**
     * Whoever answers. The API may show any certificate of the cluster, and what it tells are addresses: whoever is
     * there has to prove by the secret that it is a member, before this node tells it anything.
     */
    private static final class AnyServer extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine) {
            // See above.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {
            // See above.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // See above.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            throw noServer();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            throw noServer();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw noServer();
        }

        private static CertificateException noServer() {
            return new CertificateException("this node asks, and answers nobody");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
