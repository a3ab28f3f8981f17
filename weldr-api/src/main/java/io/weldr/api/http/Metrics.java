package io.weldr.api.http;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weldr.core.port.MetricSource;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} shows: the node's own measurements, those of this API, and those of the process. Any thread.
 */
final class Metrics implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /** Exemplars at buckets and counters alone: Prometheus drops a whole scrape that has one elsewhere. */
    private static final class Config implements PrometheusConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Properties prometheusProperties() {
            Properties properties = new Properties();
            properties.setProperty("io.prometheus.exporter.exemplarsOnAllMetricTypes", "false");
            return properties;
        }
    }

    /** What a scrape is answered with. */
    record Scrape(String contentType, String text) {}

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(new Config());
    private final JvmGcMetrics garbage = new JvmGcMetrics();

    Metrics(List<MetricSource> sources) {
        new JvmMemoryMetrics().bindTo(registry);
        garbage.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        registry.getPrometheusRegistry().register(new MeasurementCollector(sources));
    }

    /** Counts an answer. Routes, methods and status codes are few, so the labels are. */
    void answered(String method, String route, int status, long nanos) {
        String known = switch (method) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> method;
            default -> "other";
        };
        Timer.builder("weldr.api.request")
                .description("Requests to the admin API over HTTP, from the head to the answer")
                .tags(Tags.of("method", known, "route", route, "status", Integer.toString(status)))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Everything, in the format that is asked for: OpenMetrics, which has exemplars, only for those who name it.
     *
     * @param accept the values of {@code Accept}; empty: none
     */
    Scrape scrape(List<String> accept) {
        boolean open = accept.stream().anyMatch(value -> value.contains("application/openmetrics-text"));
        String type = open ? OPEN_METRICS : TEXT;
        return new Scrape(type, registry.scrape(type));
    }

    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
