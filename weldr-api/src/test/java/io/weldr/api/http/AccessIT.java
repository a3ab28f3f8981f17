package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.AdminServer;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.JsonLines;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may use the HTTP API, told by those who may not. Each story has a node that asks for credentials, and one address
 * without.
 */
class AccessIT {
    private static final String ADD = "{\"url\": \"http://127.0.0.1:9001\"}";

    private final ByteArrayOutputStream audit = new ByteArrayOutputStream();
    private final JsonLines lines = new JsonLines("n1", audit);
    private TestCluster cluster;
    private AdminServer server;
    private Client local;
    private Client guarded;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        local = new Client(cluster.node(1));
        server = cluster.node(1).another(new ApiAccess(false, true, java.util.Set.of("lb.example"), null, lines));
        server.start();
        guarded = new Client("http://127.0.0.1:" + server.httpAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.close();
        cluster.close();
        lines.close();
    }

    private String token(String name, String role, String... pools) {
        String body = "{\"name\":\"" + name + "\",\"role\":\"" + role + "\""
                + (pools.length == 0 ? "" : ",\"pools\":[\"" + String.join("\",\"", pools) + "\"]") + "}";
        return local.post("/v1/tokens", body).is(201).json().path("token").asText();
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static String[] bearer(String token, String... more) {
        List<String> all = new ArrayList<>(List.of(bearer(token)));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    @Test
    void aTokenIsShownOnceAndThenOnlyWhatItMayDo() {
        Reply made = local.post(
                        "/v1/tokens",
                        "{\"name\":\"ci\",\"role\":\"operator\",\"pools\":[\"default\"],\"lifetime\":\"1h\"}")
                .is(201);
        assertThat(made.field("Location")).isEqualTo("/v1/tokens/ci");
        String text = made.json().path("token").asText();
        assertThat(TokenText.parse(text)).isNotNull();
        Reply read = local.get("/v1/tokens/ci").is(200);
        assertThat(read.response().body()).doesNotContain(text).doesNotContain("hash");
        assertThat(read.json().path("role").asText()).isEqualTo("operator");
        assertThat(read.json().path("pools").get(0).asText()).isEqualTo("default");
        assertThat(Instant.parse(read.json().path("expires").asText())).isAfter(Instant.now());
        assertThat(local.get("/v1/tokens").json().path("tokens")).hasSize(1);
        local.post("/v1/tokens", "{\"name\":\"ci\",\"role\":\"admin\"}").isProblem(409, "already-exists");
        local.get("/v1/tokens/nobody").isProblem(404, "no-such-token");
        for (String bad : List.of(
                "{\"name\":\"x\"}",
                "{\"name\":\"x\",\"role\":\"root\"}",
                "{\"name\":\"a b\",\"role\":\"admin\"}",
                "{\"name\":\"x\",\"role\":\"admin\",\"pools\":[\"default\"]}",
                "{\"name\":\"x\",\"role\":\"operator\",\"pools\":\"default\"}",
                "{\"name\":\"x\",\"role\":\"operator\",\"pools\":[1]}",
                "{\"name\":\"x\",\"role\":\"admin\",\"lifetime\":\"0s\"}")) {
            local.post("/v1/tokens", bad).isProblem(400, "invalid-value");
        }
        local.delete("/v1/tokens/ci", "If-Match", "\"1\"").isProblem(412, "precondition-failed");
        local.delete("/v1/tokens/ci", "If-Match", read.field("ETag")).is(200);
        local.delete("/v1/tokens/ci").isProblem(404, "no-such-token");
    }

    /** The text of the first token got lost on its way, and nobody has it any more. */
    @Test
    void theSameRequestAgainShowsNoTokenThatIsNone() {
        String body = "{\"name\":\"ci\",\"role\":\"admin\"}";
        local.post("/v1/tokens", body, "Idempotency-Key", "k1").is(201);
        local.post("/v1/tokens", body, "Idempotency-Key", "k1").isProblem(409, "already-exists");
    }

    @Test
    void whoShowsNoValidTokenLearnsNothingAndChangesNothing() {
        String good = token("good", "admin");
        String removed = token("removed", "admin");
        local.delete("/v1/tokens/removed").is(200);
        TokenText expired = fresh();
        cluster.submit(new Command.PutToken(
                Token.named(
                        new TokenName("expired"),
                        Role.ADMIN,
                        new TreeSet<>(),
                        expired.hash(),
                        Instant.now().minusSeconds(1)),
                Instant.now()));
        ClusterState before = cluster.state();
        List<String[]> shown = new ArrayList<>();
        shown.add(new String[0]);
        shown.add(bearer(removed));
        shown.add(bearer(expired.reveal()));
        shown.add(bearer(fresh().reveal()));
        shown.add(bearer(good.substring(0, good.length() - 1) + (good.endsWith("x") ? "y" : "x")));
        shown.add(bearer(good + good));
        shown.add(new String[] {"Authorization", "Basic " + good});
        shown.add(new String[] {"Authorization", good});
        shown.add(new String[] {"Authorization", "Bearer"});
        List<String> bodies = new ArrayList<>();
        for (String[] fields : shown) {
            Reply reply = guarded.post("/servers", ADD, fields).isProblem(401, "unauthenticated");
            assertThat(reply.field("WWW-Authenticate")).startsWith("Bearer");
            bodies.add(reply.response().body());
        }
        assertThat(bodies.subList(1, bodies.size())).containsOnly(bodies.get(1)); // whatever is wrong with it
        assertThat(cluster.state()).isEqualTo(before);
        guarded.post("/servers", ADD, bearer(good)).is(201);
    }

    private static TokenText fresh() {
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return TokenText.of(bytes);
    }

    @Test
    void aRoleMayDoWhatItMayAndNothingElse() {
        local.post("/v1/pools", "{\"name\":\"web\"}").is(201);
        local.post("/v1/pools", "{\"name\":\"api\"}").is(201);
        String viewer = token("viewer", "viewer");
        String operator = token("operator", "operator", "web");
        String everywhere = token("everywhere", "operator");
        String admin = token("admin", "admin");

        for (String each : List.of(viewer, operator, everywhere, admin)) {
            for (String path : List.of(
                    "/", "/servers", "/stats", "/v1/pools/web", "/v1/history", "/v1/doctor", "/readyz", "/metrics")) {
                guarded.get(path, bearer(each)).is(200);
            }
        }
        guarded.post("/servers", ADD, bearer(viewer)).isProblem(403, "forbidden");
        guarded.delete("/v1/pools/web", bearer(viewer)).isProblem(403, "forbidden");
        for (String each : List.of(viewer, operator, everywhere)) { // a log and threads may tell more than resources
            guarded.get("/v1/support", bearer(each)).isProblem(403, "forbidden");
            guarded.get("/v1/backup", bearer(each)).isProblem(403, "forbidden");
        }
        guarded.get("/v1/backup", bearer(admin)).is(200);
        guarded.get("/v1/support", bearer(admin)).is(200);

        String origins = "/v1/pools/web/origins";
        Reply added = guarded.post(origins, ADD, bearer(operator)).is(201);
        String path = origins + "/" + added.json().path("id").asText();
        guarded.send("PATCH", path, "{\"admin\":\"draining\"}", bearer(operator))
                .is(200);
        guarded.send("PUT", path, ADD, bearer(operator)).is(200);
        guarded.delete(path, bearer(operator)).is(200);
        guarded.post(origins.replace("web", "api"), ADD, bearer(operator)).isProblem(403, "forbidden");
        guarded.post("/servers", ADD, bearer(operator)).isProblem(403, "forbidden");
        guarded.delete("/servers/127.0.0.1/9001", bearer(operator)).isProblem(403, "forbidden");
        guarded.send("PATCH", "/v1/pools/web/health", "{\"path\":\"/up\"}", bearer(operator))
                .isProblem(403, "forbidden");
        guarded.post("/servers", ADD, bearer(everywhere)).is(201);
        for (String each : List.of(viewer, operator, everywhere)) {
            guarded.post("/v1/pools", "{\"name\":\"more\"}", bearer(each)).isProblem(403, "forbidden");
            guarded.get("/v1/tokens", bearer(each)).isProblem(403, "forbidden");
            guarded.post("/v1/tokens", "{\"name\":\"mine\",\"role\":\"admin\"}", bearer(each))
                    .isProblem(403, "forbidden");
            guarded.post("/v1/cluster/leader", "{}", bearer(each)).isProblem(403, "forbidden");
        }
        guarded.post("/v1/pools", "{\"name\":\"more\"}", bearer(admin)).is(201);
        guarded.get("/v1/tokens", bearer(admin)).is(200);
    }

    @Test
    void theHistorySaysWhoChangedSomethingFromWhereAndWhy() throws Exception {
        String ci = token("ci", "operator");
        String reason = new String("Störung 7".getBytes(UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
        String host = "127.0.0.1:" + server.httpAddress().getPort();
        String answer = raw(
                server.httpAddress().getPort(),
                "POST /servers HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: bearer " + ci + "\r\nWeldr-Reason: "
                        + reason + "\r\nContent-Length: " + ADD.length() + "\r\nConnection: close\r\n\r\n" + ADD);
        assertThat(answer).startsWith("HTTP/1.1 201");
        JsonNode changes = local.get("/v1/history").json().path("changes");
        JsonNode added = changes.get(changes.size() - 1);
        assertThat(added.path("kind").asText()).isEqualTo("origin-added");
        assertThat(added.path("actor").path("type").asText()).isEqualTo("token");
        assertThat(added.path("actor").path("name").asText()).isEqualTo("ci");
        assertThat(added.path("address").asText()).matches("127\\.0\\.0\\.1:[0-9]+");
        assertThat(added.path("reason").asText()).isEqualTo("Störung 7");
        JsonNode made = changes.get(changes.size() - 2);
        assertThat(made.path("actor").path("type").asText()).isEqualTo("local");
        assertThat(made.has("reason")).isFalse();
        local.delete("/servers/127.0.0.1/9001", "Weldr-Reason", "x".repeat(257)).isProblem(400, "invalid-value");
        local.delete("/servers/127.0.0.1/9001", "Weldr-Reason", "x".repeat(256)).is(200);
    }

    @Test
    void onLoopbackARequestThatCameThroughAProxyNeedsAToken() {
        String viewer = token("viewer", "viewer");
        for (String field : List.of("Forwarded", "X-Forwarded-For", "x-forwarded-host", "Via")) {
            local.get("/servers", field, "for=192.0.2.1").isProblem(401, "unauthenticated");
            local.get("/servers", bearer(viewer, field, "for=192.0.2.1")).is(200);
        }
        // A token limits what its request may do, wherever it comes from.
        local.post("/servers", ADD, bearer(viewer)).isProblem(403, "forbidden");
        local.get("/servers", bearer(fresh().reveal())).isProblem(401, "unauthenticated");
        local.get("/servers").is(200);
    }

    /** What a page of evil.example sends whose owner has pointed the name at 127.0.0.1. */
    @Test
    void aNameThatTheNodeDoesNotGoByIsRefusedAlsoForReads() throws Exception {
        String viewer = token("viewer", "viewer");
        int port = cluster.node(1).server().httpAddress().getPort();
        for (String host : List.of("evil.example", "evil.example:" + port, "127.0.0.1.evil.example", "", "a b")) {
            assertThat(get(port, host, "")).as(host).startsWith("HTTP/1.1 403").contains("unknown-host");
        }
        for (String host : List.of("127.0.0.1", "localhost:" + port, "LOCALHOST", "[::1]:" + port, "192.0.2.7")) {
            assertThat(get(port, host, "")).as(host).startsWith("HTTP/1.1 200");
        }
        String shown = "Authorization: Bearer " + viewer + "\r\n";
        assertThat(get(port, "evil.example", shown)).startsWith("HTTP/1.1 200");
        int guardedPort = server.httpAddress().getPort();
        assertThat(get(guardedPort, "evil.example", "")).startsWith("HTTP/1.1 401");
    }

    private static String get(int port, String host, String fields) throws IOException {
        return raw(port, "GET /servers HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "Connection: close\r\n\r\n");
    }

    private static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void whoGuessesIsNotLookedAtAfterAWhile() {
        Map<Integer, Integer> statuses = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            statuses.merge(guarded.get("/servers", bearer(fresh().reveal())).status(), 1, Integer::sum);
        }
        assertThat(statuses.keySet()).containsExactlyInAnyOrder(401, 429);
        assertThat(statuses.get(401)).isGreaterThanOrEqualTo(20);
        Reply late = guarded.get("/servers", bearer(fresh().reveal()));
        if (late.status() == 429) { // on a slow machine a second has passed
            late.isProblem(429, "too-many-attempts");
            assertThat(late.field("Retry-After")).isEqualTo("1");
        }
        guarded.get("/servers").isProblem(401, "unauthenticated"); // who shows nothing has guessed nothing
    }

    @Test
    void aWatchEndsWhenItsTokenIsRemoved() throws Exception {
        String viewer = token("viewer", "viewer");
        HttpResponse<InputStream> watch = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + server.httpAddress().getPort() + "/v1/watch"))
                                .timeout(PATIENCE)
                                .headers(bearer(viewer))
                                .build(),
                        BodyHandlers.ofInputStream());
        assertThat(watch.statusCode()).isEqualTo(200);
        local.delete("/v1/tokens/viewer").is(200);
        local.post("/servers", ADD).is(201);
        String told = new String(watch.body().readAllBytes(), UTF_8); // ends, or the test does not
        assertThat(told).contains("resync").doesNotContain("origin-added");
    }

    @Test
    void theStatusAddressTellsEverybodyHowTheNodeIsAndNothingElse() {
        Client status = new Client(
                "http://127.0.0.1:" + requireNonNull(server.statusAddress()).getPort());
        for (String path : List.of("/livez", "/readyz", "/leader", "/metrics")) {
            status.get(path).is(200);
        }
        for (String path : List.of("/", "/servers", "/v1/history", "/v1/tokens", "/v1/watch")) {
            status.get(path).isProblem(404, "no-such-resource");
        }
        status.post("/metrics", "x").isProblem(405, "method-not-allowed");
    }

    /** A seed decides what is sent; whatever it is, a stranger gets no further than the door. */
    @Test
    void aStrangerGetsNoFurtherThanTheDoor() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> paths = new ArrayList<>(List.of("/", "/nothing", "/v1/%2e%2e/servers", "/v1/watch"));
        for (String line : Files.readAllLines(Path.of("..", "docs", "reference", "api.md"))) {
            if (line.matches("\\| `/[^`]*` \\| .*")) {
                paths.add(line.replaceAll("^\\| `([^`]*)`.*", "$1").replaceAll("\\{[a-z]+}", "default"));
            }
        }
        assertThat(paths).hasSizeGreaterThan(25);
        assertThat(paths.remove("/ui/")).isTrue(); // where somebody signs in: UiIT tells what is there for everybody
        assertThat(paths.remove("/openapi.json")).isTrue(); // how to get in: OpenApiIT tells that it is for everybody
        ClusterState before = cluster.state();
        List<String> methods = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW");
        for (String path : paths) {
            for (String method : methods) {
                String query = random.nextBoolean() ? "" : "?x" + random.nextInt() + "=1";
                String body = random.nextBoolean() ? ADD : "{" + random.nextInt();
                Reply reply =
                        guarded.send(method, path + query, method.equals("GET") || method.equals("HEAD") ? null : body);
                assertThat(reply.status()).as(method + " " + path).isEqualTo(401);
            }
        }
        assertThat(cluster.state()).isEqualTo(before);
    }

    @Test
    void nothingOfATokenIsInStateAnswersMetricsOrAudit() {
        String text = token("ci", "operator");
        String hash = requireNonNull(TokenText.parse(text)).hash().hex();
        guarded.post("/servers", ADD, bearer(text, "Weldr-Reason", "release 7")).is(201);
        guarded.post("/v1/pools", "{\"name\":\"x\"}", bearer(text)).isProblem(403, "forbidden");
        guarded.get("/servers", bearer(fresh().reveal())).isProblem(401, "unauthenticated");
        String seen = local.get("/v1/history").response().body()
                + local.get("/v1/tokens").response().body()
                + local.get("/metrics").response().body()
                + cluster.state();
        assertThat(seen).doesNotContain(text).doesNotContain(hash);
        lines.close();
        String log = audit.toString(UTF_8);
        assertThat(log).doesNotContain(text).doesNotContain(hash).doesNotContain("weldr_");
        assertThat(log.lines())
                .anyMatch(line -> line.contains("\"POST /servers\"")
                        && line.contains("\"name\":\"ci\"")
                        && line.contains("\"status\":\"201\"")
                        && line.contains("release 7"))
                .anyMatch(line -> line.contains("\"POST /v1/pools\"")
                        && line.contains("\"status\":\"403\"")
                        && line.contains("\"refused\":true"))
                .anyMatch(line -> line.contains("\"GET /servers\"") && line.contains("\"status\":\"401\""));
    }

    @Test
    void whoCannotBeUnderstoodIsToldSoWithoutAToken() throws IOException {
        String answer =
                raw(server.httpAddress().getPort(), new String("nonsense\r\n\r\n".getBytes(US_ASCII), US_ASCII));
        assertThat(answer).contains(" 400 ").contains("bad-request");
    }
}
