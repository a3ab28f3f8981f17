package io.weldr.api.admin;

import io.weldr.core.port.Measurement;
import io.weldr.core.port.MetricSource;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures this node every 10 s on a thread of its own, away from all event loops, and tells what all members have
 * measured. Any thread; only {@link #close} waits, for a measurement that is under way.
 */
public final class Samples implements AutoCloseable {
    /** Between two samples. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Samples.class);

    private final AdminPorts ports;
    private final SampleReporter reporter;
    private final Duration interval;
    private final Sampler sampler = new Sampler(); // confined to the thread
    private final SampleRing ring = new SampleRing();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "weldr-samples");
        created.setDaemon(true);
        return created;
    });

    public Samples(AdminPorts ports, SampleReporter reporter, Duration interval) {
        this.ports = ports;
        this.reporter = reporter;
        this.interval = interval;
    }

    /** Begins to measure. Once. */
    public void start() {
        var unused = thread.scheduleAtFixedRate(this::measure, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void measure() {
        try {
            List<Measurement> all = new ArrayList<>();
            for (MetricSource source : ports.metrics()) {
                all.addAll(source.measure());
            }
            Sample sample = sampler.sample(all, ports.clock().instant().getEpochSecond(), System.nanoTime());
            if (sample != null) {
                ring.add(sample);
            }
        } catch (RuntimeException | AssertionError e) {
            // Thrown on, it would end the measuring for good.
            LOG.warn("this node was not measured; it tries again in {}", interval, e);
        }
    }

    /** What this node itself has measured. */
    public MemberSamples own(SampleQuestion question) {
        Sample latest = ring.latest();
        return new MemberSamples(
                ports.status().status().self(),
                latest,
                latest == null ? null : age(latest),
                question.series() ? ring.after(question.afterSeconds(), question.pool()) : null,
                null);
    }

    /**
     * What all members that proxy have measured, by id, at the latest after {@link Census#PATIENCE} and a moment. Fails
     * only with a problem, if there is no such pool.
     */
    public CompletionStage<List<MemberSamples>> all(SampleQuestion question) {
        if (question.pool() != null) {
            new View(ports.state().get(), true, null).pool(question.pool());
        }
        MemberId self = ports.status().status().self();
        Map<MemberId, Member> members = new TreeMap<>(ports.state().get().members());
        List<CompletableFuture<MemberSamples>> answers = new ArrayList<>();
        if (!members.containsKey(self)) {
            answers.add(CompletableFuture.completedFuture(own(question)));
        }
        members.forEach((id, member) -> {
            if (id.equals(self)) {
                answers.add(CompletableFuture.completedFuture(own(question)));
            } else if (!member.witness()) {
                answers.add(reporter.samples(member, question, Census.PATIENCE)
                        .handle((told, failure) -> failure == null
                                ? told
                                : new MemberSamples(id, null, null, null, Census.notReached(id, failure)))
                        .toCompletableFuture());
            }
        });
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private Duration age(Sample sample) {
        long seconds = ports.clock().instant().getEpochSecond() - sample.atSeconds();
        return Duration.ofSeconds(Math.max(0, seconds)); // the clock may have been set back
    }

    /** The last sample of this node; null: there is none yet. */
    @Nullable Sample latest() {
        return ring.latest();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
