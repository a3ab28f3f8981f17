package io.weldr.leader.acme;

import io.weldr.core.Check;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.DefaultConnection;

/**
 * The connection to one certificate authority. The library's own waits for ever for a body and takes one of any size;
 * here each exchange has a deadline, a size, and an end when leadership is lost. One object serves all exchanges with
 * an authority, one after the other: it holds nothing between two of them. Confined to the thread of the package.
 */
final class AuthorityConnection extends DefaultConnection {
    /** From the first byte of the request to the last one of the response. Authorities under load take some seconds. */
    static final Duration EXCHANGE_MAX = Duration.ofSeconds(30);

    /** A chain in the log has at most 64 KiB, and no document of ACME comes near that. */
    static final int BODY_BYTES_MAX = 256 * 1024;

    private static final int URL_CHARS_MAX = 2048;
    private static final int SECONDS_DIGITS_MAX = 9;

    private final Clock clock;
    private @Nullable Leading leading;
    private @Nullable Instant retryAfter;

    AuthorityConnection(AuthorityConnector connector, Clock clock) {
        super(connector);
        this.clock = clock;
    }

    /** What follows is done in the name of that term. */
    void act(Leading now) {
        leading = now;
        retryAfter = null;
    }

    /** When the last response asked to be asked again (RFC 9110 section 10.2.3); null: it did not. */
    @Nullable Instant retryAfterSeen() {
        return retryAfter;
    }

    @Override
    protected void sendRequest(Session session, URL url, Consumer<HttpRequest.Builder> body) throws IOException {
        retryAfter = null;
        Leading acting = leading;
        if (acting == null) {
            throw new Leading.EndedException();
        }
        if (!"https".equals(url.getProtocol()) || url.toString().length() > URL_CHARS_MAX) {
            throw new IOException("the authority names " + Check.quote(url) + " (expected: an https URL of at most "
                    + URL_CHARS_MAX + " characters)");
        }
        HttpRequest.Builder builder = httpConnector
                .createRequestBuilder(url)
                .header("Accept-Charset", "utf-8")
                .header("Accept-Language", session.getLanguageHeader());
        body.accept(builder);
        HttpRequest request = builder.build();
        HttpResponse<InputStream> response;
        try {
            response = acting.await(
                    () -> httpClient.sendAsync(
                            request,
                            head -> BodySubscribers.mapping(
                                    new LimitedBody(BODY_BYTES_MAX), ByteArrayInputStream::new)),
                    EXCHANGE_MAX);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + Check.text(EXCHANGE_MAX), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
        if (response.headers().firstValue("Content-Encoding").isPresent()) {
            throw new IOException("an answer with a content coding that was not asked for (expected: none)");
        }
        retryAfter =
                response.headers().firstValue("Retry-After").map(this::instant).orElse(null);
        lastResponse = response;
    }

    private @Nullable Instant instant(String text) {
        if (text.length() <= SECONDS_DIGITS_MAX && text.matches("[0-9]+")) {
            return clock.instant().plusSeconds(Integer.parseInt(text));
        }
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null; // as if it were not there
        }
    }
}
