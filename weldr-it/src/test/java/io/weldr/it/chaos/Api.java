package io.weldr.it.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Calls of the HTTP API about origins that nobody connects to. Thread safe. */
final class Api {
    /** A node answers within 2 s or says that it does not know. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(500))
            .build();

    /** @param status 0: no answer; {@link #NOT_SENT}: and none can come, because it was never sent */
    record Reply(int status, String body) {
        static final int NOT_SENT = -1;

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException("no JSON: " + body, e);
            }
        }

        /** Whether it is certain that nothing was done. */
        boolean nothingDone() {
            return status == NOT_SENT || status == 503;
        }
    }

    static String host(int origin) {
        return "192.0.2.1:" + origin;
    }

    private static String body(int origin, String value) {
        // Of no weight, and hardly ever probed: nobody answers there.
        return "{\"url\":\"http://%s\",\"weight\":0,\"health\":{\"path\":\"%s\",\"interval\":\"1h\"}}"
                .formatted(host(origin), value);
    }

    Reply create(String admin, int origin, String value, String key) {
        return send(request(admin + "/servers", key).POST(BodyPublishers.ofString(body(origin, value))));
    }

    Reply put(String admin, int origin, String value, String key) {
        return send(request(admin + "/v1/pools/default/origins/" + host(origin), key)
                .PUT(BodyPublishers.ofString(body(origin, value))));
    }

    Reply patch(String admin, int origin, String value, String key) {
        return send(request(admin + "/v1/pools/default/origins/" + host(origin), key)
                .method("PATCH", BodyPublishers.ofString("{\"health\":{\"path\":\"" + value + "\"}}")));
    }

    Reply remove(String admin, int origin, String key) {
        return send(request(admin + "/servers/192.0.2.1/" + origin, key).DELETE());
    }

    Reply read(String admin, int origin) {
        return send(HttpRequest.newBuilder(URI.create(admin + "/servers/192.0.2.1/" + origin)));
    }

    /** All such origins, with their values; null if it was not answered. */
    @org.jspecify.annotations.Nullable Map<Integer, String> readAll(String admin) {
        Reply reply = send(HttpRequest.newBuilder(URI.create(admin + "/servers")));
        if (reply.status() != 200) {
            return null;
        }
        Map<Integer, String> values = new TreeMap<>();
        for (JsonNode entry : reply.json().path("servers")) {
            String url = entry.path("url").asText();
            if (url.startsWith("http://192.0.2.1:")) {
                values.put(Integer.parseInt(url.substring(url.lastIndexOf(':') + 1)), value(entry));
            }
        }
        return values;
    }

    /** The value in an entry of an answer. */
    static String value(JsonNode entry) {
        return entry.path("health").path("path").asText();
    }

    private static HttpRequest.Builder request(String url, String key) {
        return HttpRequest.newBuilder(URI.create(url)).header("Idempotency-Key", key);
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Reply(Reply.NOT_SENT, e.toString());
        } catch (IOException e) {
            return new Reply(0, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(0, e.toString());
        }
    }
}
