package io.weldr.api.http;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.Measurement.Histogram;
import io.weldr.core.port.Measurement.Info;
import io.weldr.core.port.MetricSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the node's measurements as Prometheus metrics. Names get the prefix {@code weldr_}, counters the suffix {@code
 * _total}. A source that fails, or two that disagree on what a name is, cost their own lines and nothing else.
 */
final class MeasurementCollector implements MultiCollector {
    private static final Logger LOG = LoggerFactory.getLogger(MeasurementCollector.class);

    private final List<MetricSource> sources;

    MeasurementCollector(List<MetricSource> sources) {
        this.sources = List.copyOf(sources);
    }

    @Override
    public MetricSnapshots collect() {
        Map<String, List<Measurement>> byName = new LinkedHashMap<>();
        for (MetricSource source : sources) {
            try {
                for (Measurement one : source.measure()) {
                    byName.computeIfAbsent(one.name(), name -> new ArrayList<>())
                            .add(one);
                }
            } catch (RuntimeException e) {
                LOG.warn("a source of metrics failed", e);
            }
        }
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        for (List<Measurement> same : byName.values()) {
            try {
                snapshots.metricSnapshot(snapshot(same));
            } catch (RuntimeException e) {
                LOG.warn("metric {} cannot be shown", same.get(0).name(), e);
            }
        }
        return snapshots.build();
    }

    private static MetricSnapshot snapshot(List<Measurement> same) {
        Measurement first = same.get(0);
        String name = "weldr_" + first.name();
        if (first instanceof Counter) {
            CounterSnapshot.Builder builder =
                    CounterSnapshot.builder().name(name).help(first.help());
            for (Measurement one : same) {
                builder.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(labels(one))
                        .value(((Counter) one).value())
                        .build());
            }
            return builder.build();
        }
        if (first instanceof Gauge) {
            GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(first.help());
            for (Measurement one : same) {
                builder.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels(one))
                        .value(((Gauge) one).value())
                        .build());
            }
            return builder.build();
        }
        if (first instanceof Info) {
            InfoSnapshot.Builder builder = InfoSnapshot.builder().name(name).help(first.help());
            for (Measurement one : same) {
                builder.dataPoint(
                        InfoDataPointSnapshot.builder().labels(labels(one)).build());
            }
            return builder.build();
        }
        HistogramSnapshot.Builder builder =
                HistogramSnapshot.builder().name(name).help(first.help());
        for (Measurement one : same) {
            Histogram histogram = (Histogram) one;
            builder.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(one))
                    .sum(histogram.sum())
                    .classicHistogramBuckets(buckets(histogram))
                    .exemplars(exemplars(histogram))
                    .build());
        }
        return builder.build();
    }

    private static Exemplars exemplars(Histogram histogram) {
        Exemplars.Builder exemplars = Exemplars.builder();
        histogram
                .exemplars()
                .forEach(one -> exemplars.exemplar(Exemplar.builder()
                        .traceId(one.traceId())
                        .spanId(one.spanId())
                        .value(one.value())
                        .timestampMillis(one.epochMillis())
                        .build()));
        return exemplars.build();
    }

    private static ClassicHistogramBuckets buckets(Histogram histogram) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < histogram.counts().size(); i++) {
            double bound = i < histogram.bounds().size() ? histogram.bounds().get(i) : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, histogram.counts().get(i));
        }
        return buckets.build();
    }

    private static Labels labels(Measurement one) {
        Labels.Builder labels = Labels.builder();
        one.labels().forEach(labels::label);
        return labels.build();
    }
}
