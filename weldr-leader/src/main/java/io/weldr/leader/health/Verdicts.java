package io.weldr.leader.health;

import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a term makes of the counts of its probes: it asks the other members before an origin is down, submits verdicts
 * until they are committed, and hands leadership over if this leader is the one that is cut off. Confined to the
 * timeline.
 */
final class Verdicts {
    private static final Logger LOG = LoggerFactory.getLogger(Verdicts.class);

    /** After a verdict could not be committed: a new leader is there in well under a second, if it comes at all. */
    static final Duration RETRY_LEAST = Duration.ofMillis(250);
    /** A cluster without a quorum is asked no more often than this. */
    static final Duration RETRY_MOST = Duration.ofSeconds(5);
    /** A member that has started again has seen no origin up; nor has one that was away when the others were asked. */
    private static final long ACQUAINT_EVERY_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final long term;
    private final Supplier<ClusterState> state;
    private final CommandGateway gateway;
    private final Acting acting;
    private final Timeline timeline;
    private final Clock clock;
    private final RandomGenerator random;
    private final Supplier<RequestId> requestIds;
    private final HealthCounters counters;
    private final Opinions opinions;
    private final Handover handover;
    private final IntSupplier watched;
    private final Overruled overruled = new Overruled();
    private final Set<Watch> submitting = new HashSet<>(); // waiting for a retry counts too

    /**
     * @param term in which the verdicts are reached
     * @param watched how many origins are probed
     */
    Verdicts(
            long term,
            Supplier<ClusterState> state,
            CommandGateway gateway,
            Acting acting,
            Timeline timeline,
            Clock clock,
            RandomGenerator random,
            Supplier<RequestId> requestIds,
            HealthCounters counters,
            Opinions opinions,
            Handover handover,
            IntSupplier watched) {
        this.term = term;
        this.state = state;
        this.gateway = gateway;
        this.acting = acting;
        this.timeline = timeline;
        this.clock = clock;
        this.random = random;
        this.requestIds = requestIds;
        this.counters = counters;
        this.opinions = opinions;
        this.handover = handover;
        this.watched = watched;
    }

    /** A probe of this origin has been counted; the last one passed or not. */
    void decide(Watch watch, boolean passed) {
        long now = timeline.nowNanos();
        if (passed
                && watch.strange(now, ACQUAINT_EVERY_NANOS)
                && watch.policy().confirm() != HealthPolicy.Confirm.LEADER_ONLY
                && opinions.acquaint(watch)) {
            watch.acquainted(now);
        }
        Verdict wish = watch.wish();
        if (passed && wish == null) {
            counters.agreed(watch.key());
        }
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
            opinions.ask(watch, opinion -> acting.when(() -> advised(watch, wish, opinion, attempt)));
        }
    }

    /** The others have looked too. */
    private void advised(Watch watch, Verdict wish, SecondOpinion opinion, int attempt) {
        HealthPolicy.Confirm policy = watch.policy().confirm();
        counters.asked(watch.key(), clock.instant(), opinion);
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
        List<MemberId> heirs = overruled.heirs(watched.getAsInt(), timeline.nowNanos(), this::mayLead);
        if (!heirs.isEmpty()) {
            counters.gaveWay();
            offer(heirs);
        }
    }

    private boolean mayLead(MemberId id) {
        Member member = state.get().members().get(id);
        return member != null && !member.witness();
    }

    /**
     * Offers leadership to the first, and to the next if that does not take it: it may have died since, or lack too
     * much of the log.
     */
    private void offer(List<MemberId> heirs) {
        MemberId heir = heirs.get(0);
        LOG.warn(
                "This node alone sees {} of {} origins down: handing leadership to {}, which sees them up",
                overruled.size(),
                watched.getAsInt(),
                heir);
        var unused = handover.to(heir).whenComplete((moved, failure) -> {
            if (!Boolean.TRUE.equals(moved)) {
                LOG.warn("Leadership was not handed to {}", heir, failure);
                timeline.execute(() -> acting.when(() -> offerNext(heirs)));
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
        Long fence = state.get().version().atLeast(ClusterVersion.FENCED) ? term : null;
        var command = new Command.RecordVerdict(key.pool(), key.id(), key.generation(), said, fence, said.since());
        // The duties may have been suspended since the caller looked.
        CompletionStage<Committed> stage = acting.orNothing(() -> handOver(id, command));
        if (stage == null) {
            acting.postpone(() -> retry(watch, wish, said, id, attempt, false));
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
        if (acting.over()) {
            return;
        }
        if (committed != null && committed.outcome() instanceof Outcome.Accepted accepted) {
            submitting.remove(watch);
            watch.committed(wish.up(), accepted.revision(), clock.instant());
            acting.when(() -> submit(watch, 0)); // the probes may say something else by now
            return;
        }
        if (attempt == 0 || committed != null) {
            Object why = committed != null ? committed.outcome() : failure;
            LOG.warn("verdict {} on {} is not committed, trying again: {}", wish.up() ? "up" : "down", watch, why);
        }
        boolean refused = committed != null;
        timeline.schedule(
                retryNanos(attempt), () -> acting.when(() -> retry(watch, wish, said, id, attempt + 1, refused)));
    }

    /**
     * Only while the probes still say so. A verdict that was refused is about an origin that is not there any more as
     * it was; if it is still watched, it is a new wish with a new id, since the old one would be given its old answer.
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
