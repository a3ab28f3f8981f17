package io.weldr.node.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.MetricSource;
import io.weldr.proxy.trace.ExchangeTrace;
import io.weldr.proxy.trace.TraceSink;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the spans of exchanges to a collector, on a thread of its own. Traces that wait are bounded; what does not fit,
 * and what a collector does not take, is counted and lost: a collector that is down costs no request anything. Thread
 * safe; {@link #take} neither blocks nor locks.
 */
public final class TraceExport implements TraceSink, MetricSource, AutoCloseable {

    /** Traces that wait, a kilobyte or two each: two seconds of a thousand sampled requests a second. */
    static final int WAITING_MAX = 2048;

    /** Traces that one call sends. */
    private static final int BATCH_MAX = 256;

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    /** What waits is sent when the node stops, if the collector takes it that fast. */
    private static final long CLOSE_MILLIS_MAX = 2000;

    private static final String PATH = "/v1/traces";

    /** Held: the level of a logger of the JDK is forgotten with the logger. What it would say, this class says once. */
    private static final java.util.logging.Logger EXPORTER_LOGGER =
            java.util.logging.Logger.getLogger("io.opentelemetry");

    private static final Logger LOG = LoggerFactory.getLogger(TraceExport.class);

    private final SpanExporter exporter;
    private final String collector;
    private final Resource resource;
    private final Queue<ExchangeTrace> waiting = new ConcurrentLinkedQueue<>(); // bounded by count
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong exported = new AtomicLong();
    private final AtomicLong droppedAtQueue = new AtomicLong();
    private final AtomicLong droppedByCollector = new AtomicLong();
    private final Thread sender;
    private volatile boolean closed;
    private boolean failing; // the last batch was not taken; confined to the sender

    /**
     * Sends to a collector.
     *
     * @param endpoint http or https; without a path, {@code /v1/traces}
     * @param node the name of this node
     */
    public static TraceExport to(URI endpoint, String node, String version) {
        EXPORTER_LOGGER.setLevel(Level.OFF);
        String url = endpoint.getRawPath() == null
                        || endpoint.getRawPath().isEmpty()
                        || endpoint.getRawPath().equals("/")
                ? endpoint.resolve(PATH).toString()
                : endpoint.toString();
        SpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(url)
                .setConnectTimeout(CONNECT_TIMEOUT)
                .setTimeout(SEND_TIMEOUT)
                .setRetryPolicy(null) // what is lost is counted, and newer traces are worth more
                .build();
        return new TraceExport(exporter, url, node, version);
    }

    /** @param collector for messages */
    TraceExport(SpanExporter exporter, String collector, String node, String version) {
        this.exporter = exporter;
        this.collector = collector;
        resource = Resource.create(Attributes.of(
                AttributeKey.stringKey("service.name"), "weldr",
                AttributeKey.stringKey("service.instance.id"), node,
                AttributeKey.stringKey("service.version"), version));
        sender = new Thread(this::run, "weldr-traces");
        sender.setDaemon(true);
        sender.start();
    }

    @Override
    public void take(ExchangeTrace trace) {
        int now = count.incrementAndGet();
        if (closed || now > WAITING_MAX) {
            count.decrementAndGet();
            droppedAtQueue.addAndGet(spans(trace));
            return;
        }
        waiting.add(trace);
        if (now == BATCH_MAX) {
            LockSupport.unpark(sender); // else it looks by itself within a second
        }
    }

    private static int spans(ExchangeTrace trace) {
        return 1 + trace.tries().size();
    }

    private void run() {
        while (true) {
            boolean last = closed; // read before the queue: what was taken before close is sent
            try {
                while (sendBatch()) {
                    if (Thread.interrupted()) {
                        dropWaiting();
                    }
                }
            } catch (RuntimeException e) {
                LOG.error("traces: a batch was lost", e);
            }
            if (last) {
                break;
            }
            if (count.get() < BATCH_MAX) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
        exporter.shutdown();
    }

    /** Sends what waits, up to a batch, and says whether there was any. */
    private boolean sendBatch() {
        List<SpanData> spans = new ArrayList<>();
        int traces = 0;
        for (ExchangeTrace next = waiting.poll(); next != null; next = waiting.poll()) {
            spans.addAll(Spans.of(next, resource));
            count.decrementAndGet();
            if (++traces == BATCH_MAX) {
                break;
            }
        }
        if (traces == 0) {
            return false;
        }
        CompletableResultCode sent = exporter.export(spans).join(SEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (sent.isSuccess()) {
            exported.addAndGet(spans.size());
            if (failing) {
                LOG.info("traces: the collector {} takes them again", collector);
            }
            failing = false;
        } else {
            droppedByCollector.addAndGet(spans.size());
            if (!failing) {
                Throwable why = sent.getFailureThrowable();
                LOG.warn(
                        "traces: the collector {} does not take them, and they are dropped until it does: {}",
                        collector,
                        why == null ? "no answer in time" : String.valueOf(why.getMessage()));
            }
            failing = true;
        }
        return true;
    }

    private void dropWaiting() {
        for (ExchangeTrace next = waiting.poll(); next != null; next = waiting.poll()) {
            count.decrementAndGet();
            droppedAtQueue.addAndGet(spans(next));
        }
    }

    @Override
    public List<Measurement> measure() {
        String dropped = "Spans that were lost, and where.";
        return List.of(
                new Counter("trace_spans_exported", "Spans that a collector took.", Map.of(), (double) exported.get()),
                new Counter(
                        "trace_spans_dropped", dropped, Map.of("reason", "queue_full"), (double) droppedAtQueue.get()),
                new Counter("trace_spans_dropped", dropped, Map.of("reason", "not_taken"), (double)
                        droppedByCollector.get()));
    }

    /** Sends what waits, for at most 2 s, and ends. Traces that come later are counted as lost. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sender);
        try {
            sender.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.interrupt();
    }
}
