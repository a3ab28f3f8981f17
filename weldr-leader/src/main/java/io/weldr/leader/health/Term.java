package io.weldr.leader.health;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health checks of one term of leadership, from fresh counts to the moment it is stopped. Everything but {@link #begin}, {@link #suspend},
 * {@link #resume} and {@link #stop} runs on the timeline.
 *
 * <p>While the term is suspended no probe is sent and no verdict is submitted. The results of probes that were sent before still count. Steps that
 * were due meanwhile, such as the submission of a verdict, are taken when the term resumes.
 */
final class Term {
    private static final Logger LOG = LoggerFactory.getLogger(Term.class);

    /** After a verdict could not be committed: a new leader is there in well under a second, if it comes at all. */
    static final Duration RETRY_LEAST = Duration.ofMillis(250);
    /** A cluster without a quorum is asked no more often than this. */
    static final Duration RETRY_MOST = Duration.ofSeconds(5);

    private final Published<ClusterState> published;
    private final CommandGateway gateway;
    private final Prober prober;
    private final Timeline timeline;
    /** A member that has started again has seen no origin up; nor has one that was away when the others were asked. */
    private static final long ACQUAINT_EVERY_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Clock clock;
    private final RandomGenerator random;
    private final Supplier<RequestId> requestIds;
    private final HealthCounters counters;
    private final Opinions opinions;
    private final Handover handover;
    private final SeenUp seenUp;
    private final ProbePlan plan; // confined to the timeline
    private final Overruled overruled = new Overruled(); // confined to the timeline
    private final Set<Watch> submitting = new HashSet<>(); // confined to the timeline; waiting for a retry counts too
    /** Steps to take when the term resumes; at most two for each origin, and an offer of leadership. Confined to the timeline. */
    private final List<Runnable> postponed = new ArrayList<>();

    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final Object gate = new Object();
    private boolean stopped; // guarded by gate
    private boolean suspended; // guarded by gate
    private Published.@Nullable Subscription subscription; // guarded by gate
    private Timeline.@Nullable Timer timer; // confined to the timeline

    Term(
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
        this.gateway = gateway;
        this.prober = prober;
        this.timeline = timeline;
        this.clock = clock;
        this.random = random;
        this.requestIds = requestIds;
        this.counters = counters;
        this.opinions = opinions;
        this.handover = others.handover();
        this.seenUp = others.seenUp();
        this.plan = new ProbePlan(others.self(), random, probesInFlightMax);
    }

    /** Begins to probe. Called once, by the thread that starts duties. */
    void begin() {
        Published.Subscription made = published.subscribe(state -> refreshSoon());
        synchronized (gate) {
            subscription = made;
        }
    }

    /**
     * Interrupts the term: once this returns, no command is submitted before {@link #resume}. Everything that was counted is kept. Called by the thread that
     * suspends duties; waits as {@link #stop} does.
     */
    void suspend() {
        synchronized (gate) {
            suspended = true;
        }
        timeline.execute(this::disarm);
    }

    /** Goes on after {@link #suspend}: origins whose probe became overdue are probed at once. */
    void resume() {
        synchronized (gate) {
            suspended = false;
        }
        timeline.execute(this::goOn);
    }

    private void goOn() {
        assert timeline.here();
        List<Runnable> steps = List.copyOf(postponed);
        postponed.clear();
        steps.forEach(this::whenActing);
        if (!over()) {
            probeWhoeverIsDue();
        }
    }

    /** Takes a step that only an acting leader may take: now, or when the term resumes. A term that is over takes none. */
    private void whenActing(Runnable step) {
        assert timeline.here();
        if (over()) {
            return;
        }
        if (acting()) {
            step.run();
        } else {
            postponed.add(step);
        }
    }

    private boolean acting() {
        synchronized (gate) {
            return !stopped && !suspended;
        }
    }

    /**
     * Ends the term: once this returns, no command is submitted. Probes that were sent end by themselves within their
     * timeout, and nobody looks at their results. Called by the thread that stops duties; waits for a submission that is just
     * being handed over, which never blocks.
     */
    void stop() {
        Published.Subscription made;
        synchronized (gate) {
            stopped = true;
            made = subscription;
        }
        if (made != null) {
            made.close();
        }
        timeline.execute(this::disarm);
    }

    private boolean over() {
        synchronized (gate) {
            return stopped;
        }
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
        if (!over()) {
            plan.update(published.get(), timeline.nowNanos(), clock.instant());
            counters.watched(plan.watched());
            probeWhoeverIsDue();
        }
    }

    private void probeWhoeverIsDue() {
        if (!acting()) {
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
            return prober.probe(probe.watch().url(), probe.policy());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // against its contract; its place in the plan is free again
        }
    }

    private void probed(
            ProbePlan.Probe probe, @Nullable ProbeResult result, @Nullable Throwable failure, Duration latency) {
        assert timeline.here();
        if (over()) {
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
            whenActing(() -> decide(probe.watch(), result.passed()));
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
        if (!over()) {
            probeWhoeverIsDue();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    // Verdicts

    private void decide(Watch watch, boolean passed) {
        long now = timeline.nowNanos();
        if (passed
                && watch.strange(now, ACQUAINT_EVERY_NANOS)
                && watch.policy().confirm() != HealthPolicy.Confirm.LEADER_ONLY
                && opinions.acquaint(watch)) {
            watch.acquainted(now);
        }
        Verdict wish = watch.wish();
        if (wish == null) {
            overruled.remove(watch);
            counters.overruled(overruled.size());
        } else if (wish.up() || !passed) { // one that passes is not the moment to ask whether it is down
            submit(watch, 0);
        }
    }

    /** Submits the verdict that is wished for, if there is one and it is not under way already. */
    private void submit(Watch watch, int attempt) {
        Verdict wish = watch.wish();
        if (wish == null || !submitting.add(watch)) {
            return;
        }
        if (wish.up() || watch.policy().confirm() == HealthPolicy.Confirm.LEADER_ONLY) {
            settle(watch, wish, wish, attempt);
        } else {
            opinions.ask(watch, opinion -> whenActing(() -> advised(watch, wish, opinion, attempt)));
        }
    }

    /** The others have looked too. */
    private void advised(Watch watch, Verdict wish, SecondOpinion opinion, int attempt) {
        HealthPolicy.Confirm policy = watch.policy().confirm();
        if (!wish.equals(watch.wish())) {
            submitting.remove(watch);
            submit(watch, attempt);
        } else if (opinion.confirms(policy)) {
            if (!opinion.opinions().isEmpty()) {
                counters.opinion(true);
            }
            settle(watch, wish, new Verdict(false, clock.instant(), wish.reason() + opinion.text()), attempt);
        } else {
            counters.opinion(false);
            submitting.remove(watch); // the next probe that fails asks again
            LOG.warn("{} stays up: {}{} ({} decides)", watch, wish.reason(), opinion.text(), policy);
            overruled.add(watch, opinion);
            counters.overruled(overruled.size());
            giveWay();
        }
    }

    private void settle(Watch watch, Verdict wish, Verdict said, int attempt) {
        overruled.remove(watch);
        counters.overruled(overruled.size());
        LOG.info("{} is {}: {}", watch, said.up() ? "up" : "down", said.reason());
        submit(watch, wish, said, requestIds.get(), attempt);
    }

    /** A leader that is cut off from the origins makes room for one that is not. */
    private void giveWay() {
        List<MemberId> heirs = overruled.heirs(plan.size(), timeline.nowNanos(), this::mayLead);
        if (!heirs.isEmpty()) {
            counters.gaveWay();
            offer(heirs);
        }
    }

    private boolean mayLead(MemberId id) {
        Member member = published.get().members().get(id);
        return member != null && !member.witness();
    }

    /** Offers leadership to the first, and to the next if that does not take it: it may have died since, or lack too much of the log. */
    private void offer(List<MemberId> heirs) {
        MemberId heir = heirs.get(0);
        LOG.warn(
                "This node alone sees {} of {} origins down: handing leadership to {}, which sees them up",
                overruled.size(),
                plan.size(),
                heir);
        var unused = handover.to(heir).whenComplete((moved, failure) -> {
            if (!Boolean.TRUE.equals(moved)) {
                LOG.warn("Leadership was not handed to {}", heir, failure);
                timeline.execute(() -> whenActing(() -> offerNext(heirs)));
            }
        });
    }

    private void offerNext(List<MemberId> heirs) {
        if (heirs.size() > 1) {
            offer(heirs.subList(1, heirs.size()));
        }
    }

    /** The same id for the same verdict: an attempt whose outcome is not known is not applied twice. */
    private void submit(Watch watch, Verdict wish, Verdict said, RequestId id, int attempt) {
        assert timeline.here();
        Watch.Key key = watch.key();
        var command = new Command.RecordVerdict(key.pool(), key.id(), key.generation(), said, said.since());
        CompletionStage<Committed> stage;
        synchronized (gate) {
            if (stopped) {
                return;
            }
            // The duties may have been suspended since the caller looked.
            stage = suspended ? null : handOver(id, command);
        }
        if (stage == null) {
            postponed.add(() -> retry(watch, wish, said, id, attempt, false));
            return;
        }
        counters.submitted();
        stage.whenComplete((committed, failure) ->
                timeline.execute(() -> submitted(watch, wish, said, id, attempt, committed, failure)));
    }

    private CompletionStage<Committed> handOver(RequestId id, Command command) {
        try {
            return gateway.submit(id, command);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // against its contract; treated as a failed attempt
        }
    }

    private void submitted(
            Watch watch,
            Verdict wish,
            Verdict said,
            RequestId id,
            int attempt,
            @Nullable Committed committed,
            @Nullable Throwable failure) {
        if (over()) {
            return;
        }
        if (committed != null && committed.outcome() instanceof Outcome.Accepted accepted) {
            submitting.remove(watch);
            watch.committed(wish.up(), accepted.revision(), clock.instant());
            whenActing(() -> submit(watch, 0)); // the probes may say something else by now
            return;
        }
        if (attempt == 0 || committed != null) {
            Object why = committed != null ? committed.outcome() : failure;
            LOG.warn("verdict {} on {} is not committed, trying again: {}", wish.up() ? "up" : "down", watch, why);
        }
        boolean refused = committed != null;
        timeline.schedule(
                retryNanos(attempt), () -> whenActing(() -> retry(watch, wish, said, id, attempt + 1, refused)));
    }

    /**
     * Only while the probes still say so. A verdict that was refused is about an origin that is not there any more as it was; if it
     * is still watched, it is a new wish with a new id, since the old one would be given its old answer.
     */
    private void retry(Watch watch, Verdict wish, Verdict said, RequestId id, int attempt, boolean refused) {
        if (!refused && wish.equals(watch.wish())) {
            submit(watch, wish, said, id, attempt);
        } else {
            submitting.remove(watch);
            submit(watch, attempt);
        }
    }

    private long retryNanos(int attempt) {
        long nanos = RETRY_LEAST.toNanos() << Math.min(attempt, 10);
        long most = Math.min(nanos, RETRY_MOST.toNanos());
        return most / 2 + random.nextLong(most / 2); // spread: many verdicts often fail together
    }
}
