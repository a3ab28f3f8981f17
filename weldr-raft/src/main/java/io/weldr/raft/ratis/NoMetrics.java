package io.weldr.raft.ratis;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis' own metrics, of which weldr keeps one: how long the log takes to reach the disk. weldr publishes its own.
 * Ratis registers some hundred of them anew with each election, each as a bean of the JVM, while changes wait. Ratis
 * finds this class by {@link java.util.ServiceLoader}.
 */
public final class NoMetrics extends MetricRegistries {
    /** The name that Ratis gives the time of {@code fsync} of its log. */
    private static final String SYNC_TIME = "syncTime";

    /** Of the process: Ratis has one registry for all servers of a JVM, and a node is a JVM of its own. */
    private static final Latencies SYNCS = new Latencies();

    /** How long the log took to reach the disk. */
    public static Latencies syncs() {
        return SYNCS;
    }

    @Override
    public void clear() {}

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        return new Registry(info);
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        return true;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.empty();
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.of();
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return List.of();
    }

    @Override
    public void addReporterRegistration(Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stop) {}

    @Override
    public void enableJmxReporter() {}

    @Override
    public void enableConsoleReporter(TimeDuration interval) {}

    /** Counts, because Ratis may read what it counted; forgets everything else. */
    private record Registry(MetricRegistryInfo getMetricRegistryInfo) implements RatisMetricRegistry {
        private static final Timekeeper TIMER = () -> () -> 0;
        private static final Timekeeper SYNC_TIMER = () -> {
            long start = System.nanoTime();
            return () -> {
                long nanos = System.nanoTime() - start;
                SYNCS.record(nanos);
                return nanos;
            };
        };

        @Override
        public Timekeeper timer(String name) {
            return name.equals(SYNC_TIME) ? SYNC_TIMER : TIMER;
        }

        @Override
        public LongCounter counter(String name) {
            return new Counter(new LongAdder());
        }

        @Override
        public boolean remove(String name) {
            return true;
        }

        @Override
        public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {}
    }

    private record Counter(LongAdder sum) implements LongCounter {
        @Override
        public void inc(long n) {
            sum.add(n);
        }

        @Override
        public void dec(long n) {
            sum.add(-n);
        }

        @Override
        public long getCount() {
            return sum.sum();
        }
    }
}
