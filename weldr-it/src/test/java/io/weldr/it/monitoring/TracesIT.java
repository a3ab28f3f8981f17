package io.weldr.it.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Ports;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node sends traces to a collector. */
class TracesIT {
    @TempDir
    private Path folder;

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static Map<String, String> attributes(List<KeyValue> all) {
        return all.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        each -> each.getValue().hasIntValue()
                                ? String.valueOf(each.getValue().getIntValue())
                                : each.getValue().getStringValue()));
    }

    private static Span only(List<Span> spans, Span.SpanKind kind) {
        List<Span> found = spans.stream().filter(span -> span.getKind() == kind).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void theCollectorGetsASpanOfTheRequestAndOneOfItsTry() throws IOException {
        try (Collector collector = new Collector(0);
                TestCluster cluster = TestCluster.start(
                        folder,
                        1,
                        "--trace-endpoint",
                        "http://127.0.0.1:" + collector.port(),
                        "--trace-sample",
                        "1",
                        "--access-log-redact",
                        "token");
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            await().until(() -> Http.get(node.proxyUrl() + "/?token=secret&x=1").status() == 200);
            await().until(() -> collector.spans().stream()
                    .anyMatch(span -> attributes(span.getAttributesList())
                            .getOrDefault("http.response.status_code", "")
                            .equals("200")));
            List<Span> spans = lastTrace(collector.spans());
            Span server = only(spans, Span.SpanKind.SPAN_KIND_SERVER);
            Span client = only(spans, Span.SpanKind.SPAN_KIND_CLIENT);
            assertThat(server.getName()).isEqualTo("GET default");
            assertThat(attributes(server.getAttributesList()))
                    .containsEntry("http.request.method", "GET")
                    .containsEntry("url.path", "/")
                    .containsEntry("url.query", "token=***&x=1")
                    .containsEntry("weldr.pool", "default")
                    .containsEntry("http.response.status_code", "200")
                    .doesNotContainKeys("weldr.cause", "error.type");
            assertThat(hex(client.getParentSpanId())).isEqualTo(hex(server.getSpanId()));
            assertThat(client.getStartTimeUnixNano()).isGreaterThanOrEqualTo(server.getStartTimeUnixNano());
            assertThat(client.getEndTimeUnixNano()).isLessThanOrEqualTo(server.getEndTimeUnixNano());
            assertThat(attributes(collector.resources().get(0).getResource().getAttributesList()))
                    .containsEntry("service.name", "weldr")
                    .containsEntry("service.instance.id", "n1");
        }
    }

    private static List<Span> lastTrace(List<Span> spans) {
        Span last = spans.get(spans.size() - 1);
        return spans.stream()
                .filter(span -> span.getTraceId().equals(last.getTraceId()))
                .toList();
    }

    @Test
    void aCollectorThatIsDownCostsNoRequestAndIsSaidOnce() throws IOException {
        int port = Ports.free();
        try (TestCluster cluster = TestCluster.start(
                        folder, 1, "--trace-endpoint", "http://127.0.0.1:" + port, "--trace-sample", "1");
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            for (int round = 0; round < 2; round++) {
                double before = dropped(node);
                assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
                await().until(() -> dropped(node) > before);
            }
            assertThat(node.output().lines().filter(line -> line.contains("127.0.0.1:" + port)))
                    .filteredOn(line -> line.contains("does not take them"))
                    .hasSize(1);
            assertThat(node.output()).doesNotContain("OtlpHttp", "io.opentelemetry");
            try (Collector late = new Collector(port)) {
                await().until(() -> {
                    Http.get(node.proxyUrl() + "/");
                    return !late.spans().isEmpty();
                });
            }
        }
    }

    private static double dropped(TestNode node) {
        return Http.get(node.adminUrl() + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("weldr_trace_spans_dropped_total{reason=\"not_taken\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
