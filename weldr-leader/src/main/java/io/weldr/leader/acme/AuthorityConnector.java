package io.weldr.leader.acme;

import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;

/** Makes the HTTP client for a certificate authority: whom it believes, and that it follows nobody elsewhere. */
final class AuthorityConnector extends HttpConnector {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    private final @Nullable SSLContext trust;
    private final Executor executor;
    private final String agent;

    /**
     * @param trust authorities of the certificate of the ACME server; null: those of the Java platform
     * @param executor runs the callbacks of the client; must not be the thread that waits for them
     */
    AuthorityConnector(@Nullable SSLContext trust, Executor executor, String version) {
        super(new NetworkSettings());
        this.trust = trust;
        this.executor = executor;
        agent = "weldr/" + version + " " + defaultUserAgent();
    }

    @Override
    public HttpClient.Builder createClientBuilder() {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_MAX)
                .executor(executor);
        return trust == null ? builder : builder.sslContext(trust);
    }

    @Override
    public HttpRequest.Builder createRequestBuilder(URL url) {
        return super.createRequestBuilder(url)
                .timeout(AuthorityConnection.EXCHANGE_MAX)
                .setHeader("User-Agent", agent);
    }
}
