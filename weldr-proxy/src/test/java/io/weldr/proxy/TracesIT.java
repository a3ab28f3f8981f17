package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.trace.ExchangeTrace;
import io.weldr.proxy.trace.Tracing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Traces of requests, as they leave the proxy. */
class TracesIT {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01\r\n";

    private final Queue<ExchangeTrace> traces = new ConcurrentLinkedQueue<>();

    private TestProxy tracing(double sample, RawOrigin... origins) {
        Tracing tracing = new Tracing(sample, traces::add, new Redaction(List.of("key")));
        return TestProxy.with(settings -> settings.tracing(tracing), origins);
    }

    private ExchangeTrace next() {
        await().until(() -> !traces.isEmpty());
        ExchangeTrace trace = traces.poll();
        assertThat(trace).isNotNull();
        return trace;
    }

    private static String get(String target, String fields) {
        return "GET " + target + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n";
    }

    @Test
    void aRequestHasASpanAndEachTryHasOneThatTheOriginSees() {
        try (RawOrigin gone = RawOrigin.answering(RawOrigin.OK);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tracing(0, gone, origin)) {
            gone.close();
            ExchangeTrace twice = null;
            for (int i = 0; i < 2; i++) { // one of them meets the origin that is gone
                proxy.exchange(get("/p?key=secret&x=1", PARENT + "tracestate: a=1\r\n"));
                ExchangeTrace trace = next();
                twice = trace.tries().size() == 2 ? trace : twice;
            }
            assertThat(twice).isNotNull();
            assertThat(twice.traceId()).isEqualTo(TRACE);
            assertThat(twice.parentId()).isEqualTo("00f067aa0ba902b7");
            assertThat(twice.method + " " + twice.host + " " + twice.target).isEqualTo("GET a.example /p?key=***&x=1");
            assertThat(twice.route + twice.pool + twice.listener).isEqualTo("defaultdefaultdefault");
            assertThat(twice.status).isEqualTo(200);
            assertThat(twice.cause).isEmpty();
            ExchangeTrace.Try first = twice.tries().get(0);
            ExchangeTrace.Try second = twice.tries().get(1);
            assertThat(first.cause()).isEqualTo("connect_failed");
            assertThat(first.origin()).isEqualTo(gone.authority());
            assertThat(second.cause()).isEmpty();
            assertThat(second.status()).isEqualTo(200);
            assertThat(second.startNanos()).isGreaterThanOrEqualTo(first.endNanos());
            assertThat(twice.durationNanos).isGreaterThanOrEqualTo(second.endNanos());
            String seen = "traceparent: 00-" + TRACE + "-" + second.spanId() + "-01\r\n";
            assertThat(origin.requests())
                    .anySatisfy(request -> assertThat(request).contains(seen, "tracestate: a=1\r\n"))
                    .noneSatisfy(request -> assertThat(request).contains("00f067aa0ba902b7"));
        }
    }

    @Test
    void aBadParentBeginsATraceAndItsStateIsDropped() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tracing(1, origin)) {
            proxy.exchange(get("/", "traceparent: 00-0-0-0\r\nTraceState: a=1\r\n"));
            ExchangeTrace trace = next();
            assertThat(trace.parentId()).isEmpty();
            assertThat(origin.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .contains("traceparent: 00-" + trace.traceId() + "-"
                                    + trace.tries().get(0).spanId() + "-01\r\n")
                            .doesNotContainIgnoringCase("tracestate"));
        }
    }

    @Test
    void theTraceHasTheCauseAndTheLogAndTheMetricsHaveTheTrace() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Tracing tracing = new Tracing(1, traces::add, Redaction.NONE);
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                TestProxy proxy =
                        TestProxy.with(settings -> settings.tracing(tracing).accessLog(log))) {
            assertThat(proxy.exchange(get("/", ""))).contains("cause: no_origin_up");
            ExchangeTrace trace = next();
            assertThat(trace.cause).isEqualTo("no_origin_up");
            assertThat(trace.status).isEqualTo(503);
            assertThat(trace.tries()).isEmpty();
            await().until(() -> log.written() == 1);
            assertThat(file.toString(StandardCharsets.US_ASCII))
                    .contains("\"traceId\":\"" + trace.traceId() + "\",\"cause\":\"no_origin_up\"}");
            assertThat(proxy.server.measure())
                    .filteredOn(each -> each.name().equals("http_request_duration_seconds"))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Measurement.Histogram.class,
                            histogram -> assertThat(histogram.exemplars())
                                    .singleElement()
                                    .satisfies(exemplar -> {
                                        assertThat(exemplar.traceId()).isEqualTo(trace.traceId());
                                        assertThat(exemplar.spanId()).isEqualTo(trace.spanId());
                                    }));
        }
    }

    @Test
    void whatIsNotSampledIsToldToNobodyButOriginsHearOfIt() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tracing(0, origin)) {
            proxy.exchange(get("/", ""));
            assertThat(origin.requests())
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request).containsPattern("traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n"));
            assertThat(traces).isEmpty();
        }
    }

    @Test
    void aNodeThatDoesNotTracePassesOnWhatCame() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            proxy.exchange(get("/", "traceparent: nonsense\r\ntracestate: b=2\r\n"));
            assertThat(origin.requests())
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request).contains("traceparent: nonsense\r\n", "tracestate: b=2\r\n"));
        }
    }
}
