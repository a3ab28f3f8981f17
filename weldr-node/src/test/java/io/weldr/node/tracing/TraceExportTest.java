package io.weldr.node.tracing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.weldr.core.port.Measurement;
import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.trace.ExchangeTrace;
import io.weldr.proxy.trace.TraceContext;
import io.weldr.proxy.trace.TraceLoop;
import io.weldr.proxy.trace.Tracing;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TraceExportTest {

    /** A collector that takes spans, or not, or not yet. */
    private static final class Collector implements SpanExporter {
        private final List<SpanData> spans = new CopyOnWriteArrayList<>();
        private final AtomicBoolean down = new AtomicBoolean();
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goOn;

        Collector(int held) {
            goOn = new CountDownLatch(held);
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> more) {
            reached.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (down.get()) {
                return CompletableResultCode.ofExceptionalFailure(new IllegalStateException("of the test"));
            }
            spans.addAll(more);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private static ExchangeTrace trace(String parent) {
        RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, false);
        byte[] bytes = ("GET / HTTP/1.1\r\nHost: a\r\ntraceparent: " + parent + "\r\n\r\n").getBytes(US_ASCII);
        head.scan(bytes, bytes.length);
        TraceContext context = new TraceContext(new TraceLoop(new Tracing(1, any -> {}, Redaction.NONE), 1));
        context.begin(head);
        ExchangeTrace trace = new ExchangeTrace(context, 1_000);
        trace.method = "GET";
        trace.target = "/p?x=1";
        trace.host = "a.example";
        trace.listener = "default";
        trace.route = "shop";
        trace.status = 502;
        trace.cause = "connect_failed";
        trace.durationNanos = 5_000_000;
        trace.tryBegan(context.nextTry(), "web:80", 0);
        trace.tryEnded(0, "connect_failed", 1_000_000);
        trace.tryBegan(context.nextTry(), "web:81", 2_000_000);
        trace.tryEnded(0, "connect_failed", 4_000_000);
        return trace;
    }

    private static double value(TraceExport export, String name, String reason) {
        return export.measure().stream()
                .filter(each -> each.name().equals(name)
                        && each.labels().getOrDefault("reason", "").equals(reason))
                .mapToDouble(each -> ((Measurement.Counter) each).value())
                .sum();
    }

    @Test
    void anExchangeIsASpanOfTheServerAndEachTryOneOfAClient() {
        Collector collector = new Collector(0);
        try (TraceExport export = new TraceExport(collector, "test", "n1", "1.0")) {
            export.take(trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
            await().until(() -> value(export, "trace_spans_exported", "") == 3);
        }
        SpanData server = collector.spans.get(0);
        assertThat(server.getName()).isEqualTo("GET shop");
        assertThat(server.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(server.getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(server.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(server.getParentSpanContext().isRemote()).isTrue();
        assertThat(server.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(server.getStartEpochNanos()).isEqualTo(1_000_000_000L);
        assertThat(server.getEndEpochNanos()).isEqualTo(1_005_000_000L);
        assertThat(server.getAttributes().get(AttributeKey.stringKey("url.path")))
                .isEqualTo("/p");
        assertThat(server.getAttributes().get(AttributeKey.stringKey("url.query")))
                .isEqualTo("x=1");
        assertThat(server.getAttributes().get(AttributeKey.stringKey("weldr.cause")))
                .isEqualTo("connect_failed");
        assertThat(server.getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("connect_failed");
        assertThat(server.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                .isEqualTo(502);
        assertThat(server.getResource().getAttribute(AttributeKey.stringKey("service.instance.id")))
                .isEqualTo("n1");
        assertThat(collector.spans.subList(1, 3)).allSatisfy(span -> {
            assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(span.getParentSpanId()).isEqualTo(server.getSpanId());
            assertThat(span.getAttributes().get(AttributeKey.stringKey("weldr.cause")))
                    .isEqualTo("connect_failed");
        });
        SpanData second = collector.spans.get(2);
        assertThat(second.getStartEpochNanos()).isEqualTo(1_002_000_000L);
        assertThat(second.getEndEpochNanos()).isEqualTo(1_004_000_000L);
        assertThat(second.getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .isEqualTo(1);
        assertThat(second.getAttributes().get(AttributeKey.stringKey("weldr.origin")))
                .isEqualTo("web:81");
    }

    @Test
    void whatACollectorDoesNotTakeIsCountedAndLaterOnesAreSent() {
        Collector collector = new Collector(0);
        collector.down.set(true);
        try (TraceExport export = new TraceExport(collector, "test", "n1", "1.0")) {
            export.take(trace("-"));
            await().until(() -> value(export, "trace_spans_dropped", "not_taken") == 3);
            collector.down.set(false);
            export.take(trace("-"));
            await().until(() -> value(export, "trace_spans_exported", "") == 3);
        }
        assertThat(collector.spans).hasSize(3);
    }

    @Test
    void whatWaitsForASlowCollectorIsBounded() throws InterruptedException {
        Collector collector = new Collector(1);
        TraceExport export = new TraceExport(collector, "test", "n1", "1.0");
        try (export) {
            export.take(trace("-"));
            collector.reached.await(); // it keeps the first: no other leaves the queue
            for (int i = 0; i < TraceExport.WAITING_MAX + 10; i++) {
                export.take(trace("-"));
            }
            assertThat(value(export, "trace_spans_dropped", "queue_full")).isEqualTo(30);
            collector.goOn.countDown();
            await().until(() -> value(export, "trace_spans_exported", "") == 3 * (1 + TraceExport.WAITING_MAX));
        }
        export.take(trace("-"));
        assertThat(value(export, "trace_spans_dropped", "queue_full"))
                .as("after the end")
                .isEqualTo(33);
    }
}
