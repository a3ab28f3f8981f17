package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.TestCa;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators read about metrics is what a node shows. */
class MetricsIT {
    @TempDir
    private Path folder;

    @Test
    void everyMetricIsInTheTableAndNoOther() throws IOException {
        try (TestCluster cluster = TestCluster.start(
                        folder,
                        1,
                        "--access-log",
                        folder.resolve("access.log").toString(),
                        "--trace-endpoint",
                        "http://127.0.0.1:1",
                        "--vip-hooks-passive",
                        "true");
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            // Failures of TLS are shown of https origins alone.
            assertThat(node.add("https://127.0.0.1:1").status()).isEqualTo(201);
            putCertificates(node);
            await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            Set<String> documented =
                    found(Files.readString(Path.of("../docs/reference/metrics.md")), "^\\| `(weldr_\\w+)` \\|");
            await("all of them").untilAsserted(() -> assertThat(shown(node)).isEqualTo(documented));
        }
    }

    /** Their metrics are shown of certificates that are there, and of their orders. */
    private static void putCertificates(TestNode node) {
        TestCa.Issued issued = TestCa.root("metrics").issue("a.example.com");
        String given = "{\"chain\":\"" + issued.pem() + "\",\"privateKey\":\"" + issued.keyPem() + "\"}";
        String path = node.adminUrl() + "/v1/certificates/";
        assertThat(Http.put(path + "given", given.replace("\r", "").replace("\n", "\\n"))
                        .status())
                .isEqualTo(201);
        String obtained = "{\"acme\":{\"hosts\":[\"b.example.com\"],\"email\":\"ops@example.com\",\"termsAgreed\":true,"
                + "\"directory\":\"https://127.0.0.1:1/\"}}";
        assertThat(Http.put(path + "obtained", obtained).status()).isEqualTo(201);
    }

    private static Set<String> shown(TestNode node) {
        return found(Http.get(node.adminUrl() + "/metrics").body(), "^# TYPE (weldr_\\w+) ");
    }

    private static Set<String> found(String text, String line) {
        return Pattern.compile(line, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
