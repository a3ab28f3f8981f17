package io.weldr.leader.health;

import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.ProbeCalls;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.state.ClusterState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Probes an origin once because a leader asks how it looks from here. Any thread. */
final class ProbesForOthers implements ProbeCalls {
    /** Two leaders' worth, the old one and the new. More are refused, and do not count then. */
    static final int IN_FLIGHT_MAX = 2 * Opinions.ASKED_MAX;

    private final Supplier<ClusterState> state;
    private final Prober prober;
    private final SeenUp seenUp;
    private final HealthCounters counters;
    private final AtomicInteger inFlight = new AtomicInteger();

    ProbesForOthers(Supplier<ClusterState> state, Prober prober, SeenUp seenUp, HealthCounters counters) {
        this.state = state;
        this.prober = prober;
        this.seenUp = seenUp;
        this.counters = counters;
    }

    @Override
    public CompletionStage<Opinion> probe(ProbeQuestion question) {
        ClusterState known = state.get();
        Pool pool = known.pool(question.pool());
        Origin origin = pool == null ? null : pool.find(question.origin());
        if (pool == null || origin == null || origin.generation() != question.generation()) {
            return cannotTell("this node does not know generation " + question.generation() + " of origin "
                    + question.origin() + " in pool " + question.pool());
        }
        if (inFlight.incrementAndGet() > IN_FLIGHT_MAX) {
            inFlight.decrementAndGet();
            return cannotTell(IN_FLIGHT_MAX + " probes for others are under way (expected: fewer)");
        }
        counters.forAnother();
        CompletableFuture<Opinion> answer = new CompletableFuture<>();
        begun(origin, pool, known).whenComplete((result, failure) -> {
            inFlight.decrementAndGet();
            if (result != null) {
                Watch.Key key = new Watch.Key(question.pool(), question.origin(), question.generation());
                if (result.passed()) {
                    seenUp.add(key);
                }
                answer.complete(new Opinion(result, seenUp.contains(key)));
            } else {
                // As an opinion it would help to take down an origin that this node has not even asked.
                answer.completeExceptionally(new GatewayException(
                        Kind.UNAVAILABLE,
                        "this node could not ask origin " + question.origin()
                                + (failure == null ? "" : ": " + ProbeFailures.text(failure))));
            }
        });
        return answer;
    }

    private CompletionStage<ProbeResult> begun(Origin origin, Pool pool, ClusterState known) {
        try {
            return prober.probe(origin, pool, known);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // against its contract; it is not in flight any more
        }
    }

    private static CompletionStage<Opinion> cannotTell(String why) {
        return CompletableFuture.failedFuture(new GatewayException(Kind.UNAVAILABLE, why));
    }
}
