package io.weldr.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ListenerCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code weldrctl pools|listeners|routes}, against real nodes. */
class ResourcesIT {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @TempDir
    private Path folder;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Run run(String line, String... more) {
        List<String> words = new java.util.ArrayList<>(List.of(line.split(" ", -1)));
        words.addAll(List.of(more));
        words.addAll(List.of("-e", cluster.node(1).endpoint()));
        return Run.of(words.toArray(String[]::new));
    }

    private JsonNode get(String plural, String name) {
        return run(plural + " get " + name + " -o json").done().json();
    }

    @Test
    void poolsAreAddedShownChangedAndRemoved() {
        assertThat(run(
                                "pools add shop --algorithm hash --load-percent-max 150 --sticky --slow-start 30s --queue-max 9"
                                        + " --path /up --interval 5s --probe-header x-a=1",
                                "--key",
                                "cookie sid")
                        .done()
                        .out())
                .matches("created pool shop at revision [0-9]+\n");
        JsonNode pool = get("pools", "shop");
        assertThat(pool.path("balancing").toString())
                .isEqualTo("{\"algorithm\":\"hash\",\"key\":\"cookie sid\",\"loadPercentMax\":150}");
        assertThat(pool.path("sticky").path("name").asText()).isEqualTo("weldr-shop");
        assertThat(pool.path("health").path("headers").path("x-a").asText()).isEqualTo("1");
        run("pools set shop --queue-max 10 --probe-type tcp").done();
        pool = get("pools", "shop");
        assertThat(pool.path("limits").path("queueMax").asInt()).isEqualTo(10);
        assertThat(pool.path("slowStart").asText()).isEqualTo("30s");
        assertThat(pool.path("health").path("interval").asText()).isEqualTo("5s");
        run("pools set shop --unset limits.queueMax,slowStart,health.headers").done();
        pool = get("pools", "shop");
        assertThat(pool.has("slowStart")).isFalse();
        assertThat(pool.path("limits").has("queueMax")).isFalse();
        assertThat(pool.path("health").has("headers")).isFalse();
        long revision = pool.path("revision").asLong();
        run("pools set shop --minimum-up 2 --if-revision " + (revision - 1)).failed(ExitCode.CONFLICT, "precondition");
        run("pools set shop --minimum-up 2 --if-revision " + revision).done();
        run("pools set shop --unset minimumUpp").failed(ExitCode.USAGE, "minimum_upp");
        run("servers add http://127.0.0.1:1 --pool shop --priority 1 --connections-max 5 --label zone=a")
                .done();
        JsonNode server =
                run("servers get 127.0.0.1:1 --pool shop -o json").done().json();
        assertThat(server.path("priority").asInt()).isEqualTo(1);
        assertThat(server.path("connectionsMax").asInt()).isEqualTo(5);
        assertThat(server.path("labels").path("zone").asText()).isEqualTo("a");
        run("servers set 127.0.0.1:1 --pool shop --unset connectionsMax,labels,priority")
                .done();
        server = run("servers get 127.0.0.1:1 --pool shop -o json").done().json();
        assertThat(server.path("connectionsMax").isNull()).isTrue();
        assertThat(server.path("labels").size()).isZero();
        assertThat(run("servers ls").done().out().lines()).hasSize(1);
        run("pools rm shop").done();
        run("pools get shop").failed(ExitCode.NOT_FOUND, "no-such-pool");
        run("pools rm default").failed(ExitCode.REFUSED, "in-use");
    }

    @Test
    void routesSayWhatTheyTakeAndWhatBecomesOfIt() {
        run("pools add blue").done();
        run("listeners add edge --address 0.0.0.0:8443 --trusted-peers 10.0.0.0/8,::1 --idle-timeout 30s")
                .done();
        run("routes add shop --host shop.example,*.shop.example --path /cart --path /pay --method GET --header x-a=1 --query q=2"
                        + " --pool blue=3 --pool default --listener edge --set-request-header x-b=1 --remove-response-header server"
                        + " --rewrite-prefix /c --request-timeout 10s --retry-on 502-504 --rate 10/1m --allow 10.0.0.0/8")
                .done();
        JsonNode route = get("routes", "shop");
        assertThat(route.path("hosts").size()).isEqualTo(2);
        assertThat(route.path("matches").size()).isEqualTo(2);
        assertThat(route.path("matches").get(1).path("path").path("value").asText())
                .isEqualTo("/pay");
        assertThat(route.path("matches")
                        .get(0)
                        .path("headers")
                        .get(0)
                        .path("name")
                        .asText())
                .isEqualTo("x-a");
        assertThat(route.path("pools").toString())
                .isEqualTo("[{\"pool\":\"blue\",\"weight\":3},{\"pool\":\"default\",\"weight\":1}]");
        assertThat(route.path("rateLimit").path("period").asText()).isEqualTo("60s");
        run("routes set shop --redirect https://new.example:8443/ --redirect-status 308 --unset rewrite")
                .done();
        route = get("routes", "shop");
        assertThat(route.has("pools")).as("what it did before goes").isFalse();
        assertThat(route.path("redirect").toString())
                .isEqualTo(
                        "{\"status\":308,\"scheme\":\"https\",\"host\":\"new.example\",\"port\":8443,\"path\":{\"kind\":\"full\",\"value\":\"/\"}}");
        run("routes set shop --respond 503 --body sorry").done();
        assertThat(get("routes", "shop").path("fixedResponse").path("body").asText())
                .isEqualTo("sorry");
        run("listeners rm edge").failed(ExitCode.REFUSED, "in-use", "route shop");
        run("listeners set edge --trusted-peers", "").done();
        assertThat(get("listeners", "edge").path("trustedPeers").isArray()).isTrue();
        assertThat(get("listeners", "edge").path("trustedPeers").size()).isZero();
        run("routes add bad --pool nowhere").failed(ExitCode.USAGE, "nowhere");
    }

    @ParameterizedTest
    @CsvSource({
        "pools, pool-with-a-name, --algorithm hash",
        "listeners, listener-with-a, --address 0.0.0.0:65535",
        "routes, route-with-a-nam, --pool default --host a.long.example.com --path /a/long/path/indeed --listener default"
    })
    void aTableFitsATerminal(String plural, String name, String options) {
        run(plural + " add " + name + " " + options).done();
        for (String list : new String[] {"ls", "list"}) {
            List<String> table = run(plural + " " + list).done().out().lines().toList();
            assertThat(table).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
            assertThat(table.get(0)).startsWith("NAME").contains("REVISION");
            assertThat(table.get(2)).startsWith(name);
        }
        assertThat(run(plural + " ls -o wide").done().out().lines().toList().get(2))
                .doesNotContain("…");
        assertThat(run(plural + " ls -o json --stale")
                        .done()
                        .json()
                        .path(plural)
                        .size())
                .isEqualTo(2);
    }

    @Test
    void aListenerSaysWhichMemberCannotBindIt() {
        String created =
                run("listeners add web --address 0.0.0.0:8443 --wait").done().out();
        assertThat(created).contains("applied: n1 at ").doesNotContain("missing");
        assertThat(run("listeners ls").done().out())
                .containsPattern("NAME +PROTOCOL +ADDRESS +POOL +REVISION +STATE\n")
                .containsPattern("web +http +0.0.0.0:8443 +- +[0-9]+ +bound 1/1\n");
        String reason = "Address already in use (expected: no other program that listens there)";
        cluster.node(1)
                .conditions(new ListenerCondition(
                        new ListenerName("web"),
                        "0.0.0.0:8443",
                        ListenerCondition.State.RETRYING,
                        reason,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        0));
        assertThat(run("listeners ls").done().out())
                .containsPattern("web .* 0/1: n1: Address already in use\n")
                .containsPattern("default .* 0/1: n1: it has not applied the listener yet\n");
        assertThat(get("listeners", "web").path("conditions").toString())
                .isEqualTo("[{\"member\":\"n1\",\"state\":\"retrying\",\"address\":\"0.0.0.0:8443\",\"reason\":\""
                        + reason + "\",\"since\":\"2026-01-02T03:04:05Z\",\"connections\":0}]");
        assertThat(run("listeners set web --connections-max 9 --wait").done().out())
                .containsPattern(
                        "applied: none; missing: n1 at [0-9]+ \\(listener web: not bound at 0.0.0.0:8443: Address already in use");
        assertThat(run("listeners ls").done().out().lines().toList())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void whatIsShownAsYamlOrJsonCanBeGivenBack() throws IOException {
        run("routes add shop --host *.example --path (yes|no|0x10)+ --regex --pool default=0,default2=1", "--body", "x")
                .failed(ExitCode.USAGE);
        run("pools add two").done();
        run(
                        "routes add shop --host *.example --regex --pool default=0,two=1 --add-request-header x-a=yes",
                        "--path",
                        "/(yes|no|0x10: #)+",
                        "--header",
                        "x-b=10")
                .done();
        JsonNode before = withoutRevisions(get("routes", "shop"));
        for (String format : new String[] {"table", "yaml", "json"}) {
            String text = run("routes get shop -o " + format).done().out();
            JsonNode shown = format.equals("json") ? new ObjectMapper().readTree(text) : YAML.readTree(text);
            assertThat(withoutRevisions(shown)).as(text).isEqualTo(before);
            Path file = folder.resolve("route." + format);
            Files.writeString(file, text, UTF_8);
            run("routes rm shop").done();
            run("routes add -f " + file).done();
            assertThat(run("routes set -f " + file).done().out()).startsWith("unchanged ");
            run("routes add shop --new -f " + file).failed(ExitCode.CONFLICT);
            run("routes set other -f " + file).failed(ExitCode.USAGE, "shop", "other");
            run("routes set -f " + file + " --respond 404").failed(ExitCode.USAGE, "--file");
            run("routes add copy --respond 404 -f " + file).failed(ExitCode.USAGE, "shop", "copy");
        }
        Path file = folder.resolve("bad");
        for (String bad : new String[] {
            "",
            "[]",
            "a: b: c",
            "{\"name\":\"a\",\"name\":\"b\"}",
            "name: a\nname: b",
            "name: a\nhost: b",
            "{\"name\":1}",
            "name: a\n---\nname: b",
            "{\"name\":\"a\"} {}"
        }) {
            Files.writeString(file, bad, UTF_8);
            assertThat(run("routes add x -f " + file).failed(ExitCode.USAGE).err())
                    .as(bad)
                    .contains("expected");
        }
        Files.writeString(file, "name: part\nhosts: [a.example]\npools:\n- pool: two\n", UTF_8);
        run("routes add --host b.example -f " + file).done();
        assertThat(get("routes", "part").path("hosts").toString()).isEqualTo("[\"b.example\"]");
    }

    /** A route that keeps its method and loses its path takes every request of that method. */
    @Test
    void newMatchesTakeAwayNothingThatWasNotSpokenOf() {
        run("routes add narrow --host n.example --path /a --path /b --method POST --header X-A=1 --pool default")
                .done();
        String before = get("routes", "narrow").toString();
        assertThat(run("routes set narrow --method PUT").failed(ExitCode.USAGE).err())
                .contains("the route asks for a path and headers until now, and new matches take the place of all"
                        + " (expected: --path and --header as well, or --unset matches to give that up)");
        assertThat(run("routes set narrow --path /c").failed(ExitCode.USAGE).err())
                .contains("asks for a method and headers");
        assertThat(run("routes set narrow --query q=1").failed(ExitCode.USAGE).err())
                .contains("--path and --method and --header");
        assertThat(get("routes", "narrow")).hasToString(before);
        run("routes set narrow --path /c --method PUT --header X-B=2").done();
        assertThat(get("routes", "narrow").path("matches").toString()).contains("/c", "PUT", "x-b");
        run("routes set narrow --path /d --unset matches").done();
        assertThat(get("routes", "narrow").path("matches").toString())
                .contains("/d")
                .doesNotContain("PUT");
        run("routes set narrow --path / --pool default=2").done();
        run("routes set narrow --method GET").done(); // every path before, and afterwards
        assertThat(run("routes set nowhere --path /a")
                        .failed(ExitCode.NOT_FOUND)
                        .err())
                .contains("nowhere");
        run("routes rm narrow").done();
    }

    @Test
    void originsOfAPoolAreNotWrittenWithIt() throws IOException {
        Path file = folder.resolve("pool.yaml");
        Files.writeString(file, "name: p\norigins:\n- url: http://a:1\n", UTF_8);
        assertThat(run("pools add -f " + file).failed(ExitCode.USAGE).err())
                .contains("origins: an array (expected: none: origins are added to a pool that is there, one by one)");
        Files.writeString(file, "name: p\norigins: 3\n", UTF_8);
        run("pools add -f " + file).done();
        run("pools rm p").done();
    }

    @Test
    void anAliasOfYamlIsNotTakenForItsName() throws IOException {
        Path file = folder.resolve("alias.yaml");
        Files.writeString(file, "name: a\nhosts: &h [x.example]\nlisteners: *h\n", UTF_8);
        assertThat(run("routes add -f " + file).failed(ExitCode.USAGE).err())
                .contains("line 3: alias *h (expected: what it stands for, written out)");
    }

    private static JsonNode withoutRevisions(JsonNode resource) {
        ObjectNode rest = resource.deepCopy();
        rest.remove(List.of("revision", "createdRevision"));
        return rest;
    }

    @Test
    void yamlIsForEveryCommand() throws IOException {
        run("servers add http://127.0.0.1:1").done();
        assertThat(YAML.readTree(run("servers ls -o yaml").done().out())
                        .path("servers")
                        .get(0)
                        .path("id")
                        .asText())
                .isEqualTo("127.0.0.1:1");
        assertThat(YAML.readTree(run("health get -o yaml").done().out())
                        .path("health")
                        .path("expect")
                        .asText())
                .isEqualTo("200-299");
        assertThat(run("watch --after 1 --count 1 --kind origin -o yaml").done().out())
                .startsWith("---\n")
                .contains("kind: origin-added");
        run("health set --contains fine").done();
        run("health set --unset contains").done();
        assertThat(run("health get -o json").done().json().path("health").has("contains"))
                .isFalse();
    }

    @Test
    void namesAreForTheCompletionScript() {
        run("pools add shop").done();
        run("servers add http://127.0.0.1:1 --pool shop").done();
        assertThat(run("__complete pools").done().out()).isEqualTo("default\nshop\n");
        assertThat(run("__complete servers --pool shop").done().out()).isEqualTo("127.0.0.1:1\n");
        assertThat(run("__complete routes").done().out()).isEqualTo("default\n");
        assertThat(run("__complete servers --pool nowhere").done().out()).isEmpty();
        cluster.node(1).stop();
        Run silent = run("__complete pools");
        assertThat(silent.out()).isEmpty();
        assertThat(silent.err()).isEmpty();
    }
}
