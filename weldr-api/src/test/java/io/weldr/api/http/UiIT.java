package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.AdminServer;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The files of the dashboard, which everybody may have, and sessions, which take the place of a token in a browser. */
class UiIT {
    private static final Path FOLDER = Path.of("src", "main", "resources", "ui");
    private static final String ADD = "{\"url\": \"http://127.0.0.1:9001\"}";

    private TestCluster cluster;
    private AdminServer server;
    private Client local;
    private Client guarded;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        local = new Client(cluster.node(1));
        server = cluster.node(1).another(new ApiAccess(false, true, Set.of("lb.example"), null, AuditLog.NONE));
        server.start();
        guarded = new Client("http://127.0.0.1:" + server.httpAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.close();
        cluster.close();
    }

    private String token(String name, String role, String more) {
        return local.post("/v1/tokens", "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"" + more + "}")
                .is(201)
                .json()
                .path("token")
                .asText();
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(FOLDER)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void everyFileIsServedToEverybodyAndNothingElseIs() throws Exception {
        assertThat(UiFiles.OWN).containsExactlyInAnyOrderElementsOf(files());
        List<String> paths = new ArrayList<>(files());
        paths.addAll(
                List.of("vendor/preact.js", "vendor/hooks.js", "vendor/htm.js", "vendor/uplot.js", "vendor/uplot.css"));
        for (String name : paths) {
            String path = "/ui/" + (name.equals("index.html") ? "" : name);
            Reply reply = guarded.get(path).is(200);
            assertThat(reply.field("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.field("Content-Security-Policy"))
                    .startsWith("default-src 'none'; script-src 'self' 'sha256-")
                    .contains("frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'")
                    .doesNotContain("unsafe", "http", "*");
            assertThat(reply.field("Referrer-Policy")).isEqualTo("no-referrer");
            String tag = reply.field("ETag");
            assertThat(guarded.get(path, "If-None-Match", tag)
                            .is(304)
                            .response()
                            .body())
                    .isEmpty();
            guarded.send("PUT", path, "{}").isProblem(405, "method-not-allowed");
        }
        assertThat(guarded.get("/ui").is(308).field("Location")).isEqualTo("/ui/");
        for (String path : List.of("/ui/index.html", "/ui/none.js", "/ui/..%2f..%2fapplication", "/ui/vendor/")) {
            guarded.get(path).isProblem(401, "unauthenticated"); // a stranger does not learn what there is
            local.get(path).isProblem(404, "no-such-resource");
        }
    }

    @Test
    void noFileOfOursLoadsAnythingFromElsewhere() throws Exception {
        Pattern elsewhere = Pattern.compile("(?:src|href|import|from|url\\()\\s*[=(]?\\s*[\"'`]?(?:https?:)?//");
        for (String name : files()) {
            String text = Files.readString(FOLDER.resolve(name));
            assertThat(elsewhere.matcher(text).find()).as(name).isFalse();
            assertThat(text.lines().count()).as("lines of " + name).isLessThan(400);
        }
    }

    @Test
    void whoShowsATokenGetsASessionWhichIsNotTheToken() {
        String token = token("ann", "operator", ",\"pools\":[\"default\"]");
        guarded.get("/ui/session").isProblem(401, "unauthenticated");
        guarded.post("/ui/session", "").isProblem(401, "unauthenticated");
        local.post("/ui/session", "").isProblem(400, "bad-request");
        Reply signedIn = guarded.post("/ui/session", "", "Authorization", "Bearer " + token)
                .is(200);
        String cookie = signedIn.field("Set-Cookie");
        assertThat(cookie)
                .startsWith("__Host-weldr-session=")
                .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200")
                .doesNotContain(token, "Domain");
        String session = cookie.substring(0, cookie.indexOf(';'));

        JsonNode who =
                guarded.get("/ui/session", "Cookie", "a=b; " + session).is(200).json();
        assertThat(who.path("actor").path("name").asText()).isEqualTo("ann");
        assertThat(who.path("role").asText()).isEqualTo("operator");
        assertThat(who.path("pools").get(0).asText()).isEqualTo("default");
        assertThat(who.path("signedIn").asBoolean()).isTrue();
        guarded.get("/servers", "Cookie", session).is(200);
        guarded.post("/servers", ADD, "Cookie", session, "Weldr-Session", "1").is(201);
        guarded.get("/v1/tokens", "Cookie", session).isProblem(403, "forbidden");
        JsonNode changes = local.get("/v1/history").json().path("changes");
        assertThat(changes.get(changes.size() - 1).path("actor").path("name").asText())
                .isEqualTo("ann");

        assertThat(guarded.send("DELETE", "/ui/session", null, "Cookie", session, "Weldr-Session", "1")
                        .is(204)
                        .field("Set-Cookie"))
                .contains("Max-Age=0");
        local.delete("/v1/tokens/ann").is(200);
        guarded.get("/servers", "Cookie", session).isProblem(401, "unauthenticated");
        token("ann", "admin", ""); // another token of the same name is somebody else
        guarded.get("/servers", "Cookie", session).isProblem(401, "unauthenticated");
    }

    @Test
    void aSessionThatSomebodyHasMadeUpIsNone() {
        String token = token("ann", "viewer", "");
        String cookie = guarded.post("/ui/session", "", "Authorization", "Bearer " + token)
                .is(200)
                .field("Set-Cookie");
        String session = cookie.substring(0, cookie.indexOf(';'));
        token("admin", "admin", "");
        List<String> forged = List.of(
                session.replace(".ann", ".admin"),
                session.substring(0, session.length() - 1),
                session.replaceFirst("=.", "=!"),
                session.replaceFirst("\\.([0-9]+)\\.", ".1$1."),
                "__Host-weldr-session=",
                "__Host-weldr-session=...",
                "__Host-weldr-session=" + token,
                session.replace("__Host-weldr-session", "weldr-session"));
        for (String each : forged) {
            guarded.get("/servers", "Cookie", each).isProblem(401, "unauthenticated");
        }
        guarded.get("/servers", "Cookie", session).is(200);
    }

    /** A browser adds the cookie to whatever a page makes it send: the field and the origin say whose page that is. */
    @Test
    void pagesOfOtherSitesChangeNothingByASession() {
        String token = token("ann", "admin", "");
        String cookie = guarded.post("/ui/session", "", "Authorization", "Bearer " + token)
                .is(200)
                .field("Set-Cookie");
        String session = cookie.substring(0, cookie.indexOf(';'));
        guarded.post("/servers", ADD, "Cookie", session).isProblem(403, "cross-site");
        guarded.post("/servers", ADD, "Cookie", session, "Weldr-Session", "1", "Origin", "https://evil.example")
                .isProblem(403, "cross-site");
        guarded.post("/servers", ADD, "Cookie", session, "Weldr-Session", "1", "Sec-Fetch-Site", "cross-site")
                .isProblem(403, "cross-site");
        guarded.send("DELETE", "/ui/session", null, "Cookie", session).isProblem(403, "cross-site");
        // No answer lets a page of another site send the field (CORS).
        Reply preflight = guarded.send(
                "OPTIONS",
                "/servers",
                null,
                "Origin",
                "https://evil.example",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "weldr-session");
        assertThat(preflight.response().headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"));
        assertThat(local.get("/servers").json().path("servers")).isEmpty();
    }

    @Test
    void guessingTokensAtTheSignInIsSlowedDown() {
        String wrong = "weldr_" + "0".repeat(49);
        for (int i = 0; i < 20; i++) {
            guarded.post("/ui/session", "", "Authorization", "Bearer " + wrong).isProblem(401, "unauthenticated");
        }
        // One more may be looked at each second; many at once are not.
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(guarded.post("/ui/session", "", "Authorization", "Bearer " + wrong)
                    .status());
        }
        assertThat(answers).contains(429);
    }

    @Test
    void samplesAreToldByEachMemberAndForPoolsThatThereAre() {
        JsonNode all = local.get("/v1/samples?series=all&after=0").is(200).json();
        assertThat(all.path("intervalSeconds").asInt()).isEqualTo(10);
        assertThat(all.path("members")).hasSize(1);
        assertThat(all.path("members").get(0).path("member").asText()).isEqualTo("n1");
        assertThat(all.path("members").get(0).has("series")).isTrue();
        assertThat(local.get("/v1/samples?series=none")
                        .is(200)
                        .json()
                        .path("members")
                        .get(0)
                        .has("series"))
                .isFalse();
        local.get("/v1/samples?pool=default").is(200);
        local.get("/v1/samples?pool=none").isProblem(404, "no-such-pool");
        local.get("/v1/samples?pool=a%20b").isProblem(400, "invalid-value");
        local.get("/v1/samples?series=some").isProblem(400, "invalid-value");
        guarded.get("/v1/samples").isProblem(401, "unauthenticated");
    }
}
