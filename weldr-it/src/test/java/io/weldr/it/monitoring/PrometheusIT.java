package io.weldr.it.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.TestCa;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules and dashboards that weldr comes with say something of a node, to a real Prometheus. */
class PrometheusIT {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final Path ALERTS = DEPLOY.resolve("prometheus/weldr-alerts.yml");
    private static final Path RECORDING = DEPLOY.resolve("prometheus/weldr-recording.yml");

    @TempDir
    private Path folder;

    private static Set<String> found(String text, String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theRulesPassTheirTests() throws Exception {
        assertThat(Prometheus.promtool("check", "config", "prometheus.yml")).contains("SUCCESS");
        assertThat(Prometheus.promtool("test", "rules", "weldr-tests.yml")).contains("SUCCESS");
    }

    @Test
    void everyRuleHasATestAndIsAboutMetricsThatThereAre() throws IOException {
        String tests = Files.readString(DEPLOY.resolve("prometheus/weldr-tests.yml"));
        String alerts = Files.readString(ALERTS);
        String recording = Files.readString(RECORDING);
        assertThat(found(tests, "^ +- alertname: (\\w+)$")).isEqualTo(found(alerts, "- alert: (\\w+)$"));
        assertThat(found(tests, "^ +- expr: (weldr:\\S+)$")).isEqualTo(found(recording, "- record: (\\S+)$"));
        Set<String> documented =
                found(Files.readString(Path.of("../docs/reference/metrics.md")), "^\\| `(weldr_\\w+)` \\|");
        Set<String> used = found(expressions(alerts) + expressions(recording), "(weldr_\\w+)");
        used = used.stream()
                .map(name -> name.replaceAll("_bucket$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).containsAll(used);
        assertThat(found(Files.readString(Path.of("../docs/howto/monitoring.md")), "^\\| `(Weldr\\w+)` \\|"))
                .isEqualTo(found(alerts, "- alert: (\\w+)$"));
    }

    /** The lines of rules without their texts for people. */
    private static String expressions(String rules) {
        return rules.lines()
                .filter(line -> !line.matches(" *(summary|description|- alert|- name|#).*"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyQueryOfTheDashboardsReturnsData() throws Exception {
        Prometheus.assumeInstalled("prometheus");
        try (Collector collector = new Collector(0);
                TestCluster cluster = TestCluster.start(
                        folder.resolve("weldr"),
                        1,
                        "--access-log",
                        folder.resolve("access.log").toString(),
                        "--trace-endpoint",
                        "http://127.0.0.1:" + collector.port(),
                        "--trace-sample",
                        "1");
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            prepare(node, origin);
            try (Prometheus prometheus = new Prometheus(folder.resolve("prometheus"), node.adminAddress())) {
                List<String> queries = queries();
                assertThat(queries).hasSizeGreaterThan(60);
                List<String> silent = new ArrayList<>();
                await("data for every query").untilAsserted(() -> {
                    traffic(node);
                    silent.clear();
                    queries.stream()
                            .filter(query -> !hasData(prometheus.query(query)))
                            .forEach(silent::add);
                    assertThat(silent).isEmpty();
                });
                for (String name : found(Files.readString(RECORDING), "- record: (\\S+)$")) {
                    await(name)
                            .until(
                                    () -> { // rules are evaluated now and then
                                        traffic(node);
                                        return hasData(prometheus.query(name));
                                    });
                }
                await("exemplars").untilAsserted(() -> {
                    traffic(node);
                    assertThat(prometheus
                                    .exemplars("weldr_http_request_duration_seconds_bucket")
                                    .findValuesAsText("trace_id"))
                            .isNotEmpty()
                            .allMatch(id -> id.matches("[0-9a-f]{32}"));
                });
            }
        }
    }

    private static void prepare(TestNode node, TestServer origin) {
        assertThat(node.add(origin.url()).status()).isEqualTo(201);
        TestCa.Issued issued = TestCa.root("metrics").issue("a.example.com");
        String given = "{\"chain\":\"" + issued.pem() + "\",\"privateKey\":\"" + issued.keyPem() + "\"}";
        String api = node.adminUrl() + "/v1";
        assertThat(Http.put(api + "/certificates/given", given.replace("\r", "").replace("\n", "\\n"))
                        .status())
                .isEqualTo(201);
        String obtained = "{\"acme\":{\"hosts\":[\"b.example.com\"],\"email\":\"ops@example.com\",\"termsAgreed\":true,"
                + "\"directory\":\"https://127.0.0.1:1/\"}}";
        assertThat(Http.put(api + "/certificates/obtained", obtained).status()).isEqualTo(201);
        // A pool without origins: its requests fail.
        assertThat(Http.put(api + "/pools/empty", "{}").status()).isEqualTo(201);
        String route = "{\"matches\":[{\"path\":\"/fails\"}],\"pools\":[{\"pool\":\"empty\"}]}";
        Http.Answer put = Http.put(api + "/routes/fails", route);
        assertThat(put.status()).as(put.body()).isEqualTo(201);
        await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
    }

    private static void traffic(TestNode node) {
        for (int i = 0; i < 20; i++) {
            Http.get(node.proxyUrl() + "/");
            Http.get(node.proxyUrl() + "/fails");
        }
        Http.get(node.proxyUrl() + "/reset"); // the origin closes its connection: another one is made
        Http.get(node.adminUrl() + "/v1/pools");
        node.patchHealth("{\"interval\":\"" + (5 + System.nanoTime() / 1000 % 2) + "s\"}"); // a write
    }

    /** One number at least, and one that is a number. */
    private static boolean hasData(JsonNode result) {
        for (JsonNode each : result) {
            if (!each.path("value").path(1).asText("NaN").equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    private static List<String> queries() throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(DEPLOY.resolve("grafana"))) {
            for (Path file : files.sorted().toList()) {
                new ObjectMapper()
                        .readTree(Files.readString(file))
                        .findValuesAsText("expr")
                        .forEach(expression -> all.add(
                                expression.replace("$__rate_interval", "30s").replace("$job", "weldr")));
            }
        }
        return all;
    }
}
