package io.weldr.leader.health;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health checks of one term of leadership, from fresh counts to the moment it is stopped. Everything but {@link
 * #begin}, {@link #suspend}, {@link #resume} and {@link #stop} runs on the timeline.
 *
 * <p>While the term is suspended no probe is sent and no verdict is submitted. The results of probes that were sent
 * before still count. Steps that were due meanwhile, such as the submission of a verdict, are taken when the term
 * resumes.
 */
final class Term {
    private static final Logger LOG = LoggerFactory.getLogger(Term.class);

    private final Published<ClusterState> published;
    private final Prober prober;
    private final Timeline timeline;
    private final Clock clock;
    private final HealthCounters counters;
    private final SeenUp seenUp;
    private final ProbePlan plan; // confined to the timeline
    private final Acting acting;
    private final Verdicts verdicts; // confined to the timeline

    private final AtomicBoolean refreshing = new AtomicBoolean();
    private Published.@Nullable Subscription subscription; // guarded by this
    private Timeline.@Nullable Timer timer; // confined to the timeline

    Term(
            long term,
            Published<ClusterState> published,
            CommandGateway gateway,
            Prober prober,
            Timeline timeline,
            Clock clock,
            RandomGenerator random,
            int probesInFlightMax,
            Supplier<RequestId> requestIds,
            HealthCounters counters,
            Opinions opinions,
            HealthMonitor.Others others) {
        this.published = published;
        this.prober = prober;
        this.timeline = timeline;
        this.clock = clock;
        this.counters = counters;
        this.seenUp = others.seenUp();
        this.plan = new ProbePlan(others.self(), random, probesInFlightMax);
        this.acting = new Acting(timeline);
        this.verdicts = new Verdicts(
                term,
                published,
                gateway,
                acting,
                timeline,
                clock,
                random,
                requestIds,
                counters,
                opinions,
                others.handover(),
                plan::size);
    }

    /** Begins to probe. Called once, by the thread that starts duties. */
    void begin() {
        Published.Subscription made = published.subscribe(state -> refreshSoon());
        synchronized (this) {
            subscription = made;
        }
    }

    /**
     * Interrupts the term: once this returns, no command is submitted before {@link #resume}. Everything that was
     * counted is kept. Called by the thread that suspends duties; waits as {@link #stop} does.
     */
    void suspend() {
        acting.suspend();
        timeline.execute(this::disarm);
    }

    /** Goes on after {@link #suspend}: origins whose probe became overdue are probed at once. */
    void resume() {
        acting.resume();
        timeline.execute(this::goOn);
    }

    private void goOn() {
        acting.catchUp();
        if (!acting.over()) {
            probeWhoeverIsDue();
        }
    }

    /**
     * Ends the term: once this returns, no command is submitted. Probes that were sent end by themselves within their
     * timeout, and nobody looks at their results. Called by the thread that stops duties; waits for a submission that
     * is just being handed over, which never blocks.
     */
    void stop() {
        acting.stop();
        Published.Subscription made;
        synchronized (this) {
            made = subscription;
        }
        if (made != null) {
            made.close();
        }
        timeline.execute(this::disarm);
    }

    /** Many changes in a row are looked at once: only the newest state matters. */
    private void refreshSoon() {
        if (refreshing.compareAndSet(false, true)) {
            timeline.execute(this::refresh);
        }
    }

    private void refresh() {
        assert timeline.here();
        refreshing.set(false); // before the read: a change after it asks again
        if (!acting.over()) {
            plan.update(published.get(), timeline.nowNanos(), clock.instant());
            counters.watched(plan.watched());
            probeWhoeverIsDue();
        }
    }

    private void probeWhoeverIsDue() {
        if (!acting.now()) {
            counters.inFlight(plan.inFlight());
            return; // the beat is kept: whoever is overdue is probed when the term resumes
        }
        for (ProbePlan.Probe probe : plan.takeDue(timeline.nowNanos())) {
            counters.sent();
            long sentNanos = timeline.nowNanos();
            begun(probe).whenComplete((result, failure) -> {
                Duration latency = Duration.ofNanos(timeline.nowNanos() - sentNanos);
                timeline.execute(() -> probed(probe, result, failure, latency));
            });
        }
        counters.inFlight(plan.inFlight());
        arm();
    }

    private CompletionStage<ProbeResult> begun(ProbePlan.Probe probe) {
        try {
            return prober.probe(probe.watch().url(), probe.access(), probe.policy());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // against its contract; its place in the plan is free again
        }
    }

    private void probed(
            ProbePlan.Probe probe, @Nullable ProbeResult result, @Nullable Throwable failure, Duration latency) {
        assert timeline.here();
        if (acting.over()) {
            return;
        }
        boolean counts = plan.finished(probe);
        if (failure instanceof NotSentException) {
            LOG.debug("{}: not asked: {}", probe.watch(), failure.getMessage()); // the prober has warned
        } else if (result == null) {
            // The prober promises a result. Our mistake is not the origin's: it does not count against it.
            LOG.error("a probe of {} failed to end with a result", probe.watch(), failure);
        } else if (counts) {
            counters.result(probe.watch().key(), result, clock.instant(), latency);
            LOG.debug("{}: {}: {}", probe.watch(), result.passed() ? "passed" : "failed", result.reason());
            probe.watch().observe(result, clock.instant());
            if (result.passed()) {
                seenUp.add(probe.watch().key());
            }
            acting.when(() -> verdicts.decide(probe.watch(), result.passed()));
        }
        probeWhoeverIsDue();
    }

    private void arm() {
        disarm();
        long waitNanos = plan.waitNanos(timeline.nowNanos());
        if (waitNanos >= 0) {
            timer = timeline.schedule(waitNanos, this::wake);
        }
    }

    private void wake() {
        timer = null;
        if (!acting.over()) {
            probeWhoeverIsDue();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
