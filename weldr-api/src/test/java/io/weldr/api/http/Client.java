package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.api.testkit.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Supplier;

/** Speaks to a node as a program does. Each answer has to be one that the OpenAPI document has. */
final class Client {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Supplier<String> url;

    Client(TestNode node) {
        this.url = node::url;
    }

    /** Of whatever answers there. */
    Client(String url) {
        this.url = () -> url;
    }

    /** An answer, with the body as JSON if it is some. */
    record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        JsonNode json() {
            try {
                return MAPPER.readTree(response.body());
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + response.body(), e);
            }
        }

        String field(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** Checks that this is a problem of that type, whole. */
        Reply isProblem(int status, String type) {
            assertThat(response.body()).isNotEmpty();
            assertThat(status()).as(response.body()).isEqualTo(status);
            assertThat(field("content-type")).isEqualTo("application/problem+json");
            assertThat(json().path("type").asText()).isEqualTo("urn:weldr:problem:" + type);
            assertThat(json().path("status").asInt()).isEqualTo(status);
            for (String member : new String[] {"title", "detail", "found", "expected"}) {
                assertThat(json().path(member).asText()).as(member).isNotEmpty();
            }
            return this;
        }

        Reply is(int status) {
            assertThat(status()).as(response.body()).isEqualTo(status);
            return this;
        }
    }

    Reply get(String path, String... fields) {
        return send("GET", path, null, fields);
    }

    Reply post(String path, String body, String... fields) {
        return send("POST", path, body, fields);
    }

    Reply delete(String path, String... fields) {
        return send("DELETE", path, null, fields);
    }

    /** Sends a request; {@code fields} are names and values in turn. */
    Reply send(String method, String path, @org.jspecify.annotations.Nullable String body, String... fields) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url.get() + path))
                .timeout(PATIENCE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (fields.length > 0) {
            request.headers(fields);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            Contract.get().check(method, path, body, response);
            return new Reply(response);
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
