package io.weldr.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.Measurement.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Sampler sampler = new Sampler();

    private static List<Measurement> node(long success, long failed, long... times) {
        List<Long> counts = new ArrayList<>();
        for (long each : times) {
            counts.add(each);
        }
        return new ArrayList<>(List.of(
                new Counter("proxy_exchanges", "", Map.of("result", "success"), success),
                new Counter("proxy_exchanges", "", Map.of("result", "failed"), failed),
                new Gauge("proxy_exchanges_open", "", Map.of(), 4),
                new Histogram("proxy_exchange_seconds", "", Map.of(), List.of(0.1, 0.2), counts, 0)));
    }

    private static List<Measurement> origin(String id, long success, long failed) {
        Map<String, String> labels = Map.of("pool", "web", "origin", id);
        return List.of(
                new Counter(
                        "proxy_origin_attempts", "", Map.of("pool", "web", "origin", id, "result", "success"), success),
                new Counter(
                        "proxy_origin_attempts", "", Map.of("pool", "web", "origin", id, "result", "failed"), failed),
                new Gauge("proxy_origin_in_flight", "", labels, 2),
                new Gauge("proxy_origin_queued", "", labels, 1),
                new Gauge("proxy_origin_connections_open", "", labels, 3),
                new Gauge("proxy_origin_ejected", "", labels, id.equals("b") ? 1 : 0));
    }

    @Test
    void ratesAreWhatCameSinceTheLastTime() {
        assertThat(sampler.sample(node(100, 10, 5, 5, 0), 1000, 0)).isNull();
        Sample sample = Objects.requireNonNull(sampler.sample(node(150, 20, 5, 15, 0), 1010, 10 * SECOND_NANOS));
        assertThat(sample.atSeconds()).isEqualTo(1010);
        assertThat(sample.node().requestsPerSecond()).isEqualTo(6);
        assertThat(sample.node().errorsPerSecond()).isEqualTo(1);
        assertThat(sample.node().p50Millis()).isCloseTo(150, within(0.001)); // all ten were between 0.1 s and 0.2 s
        assertThat(sample.node().p99Millis()).isCloseTo(199, within(0.001));
        assertThat(sample.node().inFlight()).isEqualTo(4);
    }

    @Test
    void aPoolIsTheSumOfItsOriginsAndKnowsNoTimesThatNobodyMeasures() {
        List<Measurement> before = node(0, 0);
        before.addAll(origin("a", 0, 0));
        before.addAll(origin("b", 100, 100));
        assertThat(sampler.sample(before, 0, 0)).isNull();
        List<Measurement> after = node(0, 0);
        after.addAll(origin("a", 20, 0));
        after.addAll(origin("b", 10, 0)); // removed, and added again: it counts from zero
        Sample sample = Objects.requireNonNull(sampler.sample(after, 10, 10 * SECOND_NANOS));
        Sample.OfPool pool = sample.pools().get(0);
        assertThat(pool.pool()).isEqualTo(new PoolName("web"));
        assertThat(pool.figures().requestsPerSecond()).isEqualTo(3);
        assertThat(pool.figures().errorsPerSecond()).isZero();
        assertThat(pool.figures().inFlight()).isEqualTo(4);
        assertThat(pool.figures().p50Millis()).isNaN();
        assertThat(pool.origins())
                .containsExactly(
                        new Sample.OfOrigin(new OriginId("a"), 2, 0, 2, 1, 3, false),
                        new Sample.OfOrigin(new OriginId("b"), 1, 0, 2, 1, 3, true));
        assertThat(sample.node().queued()).isEqualTo(2);
    }

    @Test
    void moreOriginsThanAScreenShowsAreCountedAndNotToldByName() {
        List<Measurement> before = node(0, 0);
        List<Measurement> after = node(0, 0);
        for (int i = 0; i < Sampler.ORIGINS_MAX + 10; i++) {
            before.addAll(origin("o" + i, 0, 0));
            after.addAll(origin("o" + i, 10, 0));
        }
        sampler.sample(before, 0, 0);
        Sample sample = Objects.requireNonNull(sampler.sample(after, 10, 10 * SECOND_NANOS));
        assertThat(sample.pools().get(0).origins()).hasSize(Sampler.ORIGINS_MAX);
        assertThat(sample.pools().get(0).figures().requestsPerSecond()).isEqualTo(Sampler.ORIGINS_MAX + 10);
    }

    @Test
    void timesOfOriginsMakeThoseOfTheirPool() {
        List<Measurement> before = node(0, 0);
        before.addAll(origin("a", 0, 0));
        sampler.sample(before, 0, 0);
        List<Measurement> after = node(0, 0);
        after.addAll(origin("a", 2, 0));
        for (String id : List.of("a", "b")) {
            after.add(new Histogram(
                    "origin_request_duration_seconds",
                    "",
                    Map.of("pool", "web", "origin", id),
                    List.of(1.0, 2.0),
                    List.of(1L, 0L, 0L),
                    0));
        }
        after.add(new Histogram(
                "origin_request_duration_seconds",
                "",
                Map.of("pool", "other", "origin", "a"),
                List.of(1.0, 2.0),
                List.of(0L, 0L, 50L),
                0));
        Sample sample = Objects.requireNonNull(sampler.sample(after, 10, 10 * SECOND_NANOS));
        assertThat(sample.pools().get(0).figures().p50Millis()).isEqualTo(500);
    }

    @Test
    void quantilesStayWithinTheBounds() {
        List<Double> bounds = List.of(1.0, 2.0, 4.0);
        assertThat(Sampler.quantile(new long[4], bounds, 0.5)).isNaN();
        assertThat(Sampler.quantile(new long[] {0, 0, 0, 7}, bounds, 0.5)).isEqualTo(4);
        assertThat(Sampler.quantile(new long[] {0, 4, 0, 0}, bounds, 0.5)).isEqualTo(1.5);
        assertThat(Sampler.quantile(new long[] {1, 1, 1, 1}, bounds, 0.25)).isEqualTo(1);
        assertThat(Sampler.quantile(new long[] {1, 1, 1, 1}, bounds, 0.99)).isEqualTo(4);
    }

    @Test
    void theRingHoldsAnHourAndForgetsPoolsThatAreGone() {
        SampleRing ring = new SampleRing();
        PoolName web = new PoolName("web");
        Figures figures = Figures.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0));
        assertThat(ring.latest()).isNull();
        assertThat(ring.after(0, null).atSeconds()).isEmpty();
        for (int i = 1; i <= SampleRing.SAMPLES_MAX + 5; i++) {
            List<Sample.OfPool> pools = i < 3 ? List.of() : List.of(new Sample.OfPool(web, figures, List.of()));
            ring.add(new Sample(i * 10L, figures, pools));
        }
        SampleSeries all = ring.after(0, null);
        assertThat(all.atSeconds())
                .hasSize(SampleRing.SAMPLES_MAX)
                .startsWith(60L)
                .endsWith(3650L);
        assertThat(all.figures()).containsOnly(figures);
        assertThat(ring.after(3640, web).atSeconds()).containsExactly(3650L);
        assertThat(ring.after(0, web).column(3)).hasSize(SampleRing.SAMPLES_MAX).containsOnly(4.0);
        assertThat(ring.after(0, new PoolName("none")).atSeconds()).isEmpty();
        ring.add(new Sample(4000, figures, List.of()));
        assertThat(ring.after(0, web).atSeconds()).isEmpty();
    }

    @Test
    void aPoolThatCameLaterHasNothingBefore() {
        SampleRing ring = new SampleRing();
        PoolName web = new PoolName("web");
        Figures figures = Figures.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0));
        ring.add(new Sample(10, figures, List.of()));
        ring.add(new Sample(20, figures, List.of(new Sample.OfPool(web, figures, List.of()))));
        assertThat(ring.after(0, web).column(0)).containsExactly(Double.NaN, 1.0);
    }
}
