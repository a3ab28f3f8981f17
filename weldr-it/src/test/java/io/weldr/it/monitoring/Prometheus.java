package io.weldr.it.monitoring;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's Prometheus, a process of its own, which scrapes a node each second. */
final class Prometheus implements AutoCloseable {
    private final Process process;
    private final String url;
    private final Path log;

    /** @param target host and port of {@code /metrics} */
    Prometheus(Path folder, String target) throws IOException {
        assumeInstalled("prometheus");
        Files.createDirectories(folder);
        Path rules = Path.of("../deploy/prometheus").toAbsolutePath().normalize();
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s/weldr-recording.yml", "%s/weldr-alerts.yml"]
                scrape_configs:
                  - job_name: weldr
                    static_configs: [{targets: ["%s"]}]
                """.formatted(rules, rules, target));
        int port = Ports.free();
        url = "http://127.0.0.1:" + port;
        log = folder.resolve("prometheus.log");
        process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--enable-feature=exemplar-storage")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await("prometheus").until(() -> Http.get(url + "/-/ready").status() == 200 && process.isAlive());
    }

    static void assumeInstalled(String program) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, program))),
                program + " is not installed (Debian: apt-get install prometheus)");
    }

    /** Runs promtool in the folder of the rules, and returns what it says. Fails unless it is content. */
    static String promtool(String... arguments) throws IOException, InterruptedException {
        assumeInstalled("promtool");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(Path.of("../deploy/prometheus").toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(said);
        }
        return said;
    }

    /** What a query returns now. */
    JsonNode query(String expression) {
        return get("/api/v1/query?query=" + encoded(expression));
    }

    JsonNode exemplars(String expression) {
        long now = System.currentTimeMillis() / 1000;
        return get("/api/v1/query_exemplars?query=" + encoded(expression) + "&start=" + (now - 3600) + "&end=" + now);
    }

    private JsonNode get(String path) {
        Http.Answer answer = Http.get(url + path);
        if (answer.status() != 200) {
            throw new AssertionError(path + ": " + answer.status() + " " + answer.body());
        }
        JsonNode data = answer.json().path("data");
        return data.isObject() ? data.path("result") : data;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
