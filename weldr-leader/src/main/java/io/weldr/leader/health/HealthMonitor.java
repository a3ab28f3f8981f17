package io.weldr.leader.health;

import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeSource;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Probes the origins while this node leads, and submits a verdict whenever one turns. Each term starts from the
 * committed verdicts with fresh counts; a term that is suspended and started again goes on with the counts that it had.
 * A verdict of down is first put to the other members. Threads: any; starts and stops take turns.
 */
final class HealthMonitor implements LeaderDuty, ProbeSource, MetricSource {
    /**
     * Probes at the same time. As many as a full pool has origins: even if all of them hang, each is still probed on
     * its beat. Costs one descriptor and some kilobytes each, and only while it lasts.
     */
    static final int PROBES_IN_FLIGHT_MAX = 1024;

    private final Published<ClusterState> published;
    private final CommandGateway gateway;
    private final Prober prober;
    private final Timeline timeline;
    private final Clock clock;
    private final RandomGenerator random;
    private final int probesInFlightMax;
    private final Others others;
    private final HealthCounters counters;
    private final AtomicLong verdicts = new AtomicLong();
    private @Nullable Term current; // guarded by this: a node that closes stops it from another thread
    private long currentTerm; // of current; guarded by this
    private boolean suspended; // whether current is; guarded by this

    /**
     * How a leader reaches the other members.
     *
     * @param seenUp what this node tells another leader; the leader's own probes count too
     */
    record Others(MemberId self, ProbeLink link, Handover handover, SeenUp seenUp) {}

    HealthMonitor(
            Published<ClusterState> published,
            CommandGateway gateway,
            Prober prober,
            Timeline timeline,
            Clock clock,
            RandomGenerator random,
            int probesInFlightMax,
            Others others,
            HealthCounters counters) {
        this.published = published;
        this.gateway = gateway;
        this.prober = prober;
        this.timeline = timeline;
        this.clock = clock;
        this.random = random;
        this.probesInFlightMax = probesInFlightMax;
        this.others = others;
        this.counters = counters;
    }

    @Override
    public synchronized void start(long term) {
        Term interrupted = current;
        if (interrupted != null && suspended && currentTerm == term) {
            suspended = false;
            interrupted.resume();
            return;
        }
        stop(); // nothing, unless a stop was forgotten
        Term next = new Term(
                term,
                published,
                gateway,
                prober,
                timeline,
                clock,
                random,
                probesInFlightMax,
                () -> requestId(term),
                counters,
                new Opinions(others.self(), published, others.link(), timeline),
                others);
        current = next;
        currentTerm = term;
        next.begin();
    }

    /**
     * Keeps the counts for a start of the same term. A leader whose process stalls now and then would otherwise never
     * count to the number of failures that a verdict takes.
     */
    @Override
    public synchronized void suspend() {
        Term interrupted = current;
        if (interrupted != null && !suspended) {
            suspended = true;
            interrupted.suspend();
        }
    }

    @Override
    public synchronized void stop() {
        Term ended = current;
        current = null;
        suspended = false;
        if (ended != null) {
            ended.stop();
            timeline.execute(() -> {
                counters.watched(Set.of());
                counters.overruled(0);
                counters.inFlight(0);
            });
        }
    }

    /** Unique in the cluster: a term has one leader, and the count goes on when that leader starts its duties again. */
    private RequestId requestId(long term) {
        return new RequestId("verdict-" + term + "-" + verdicts.incrementAndGet());
    }

    @Override
    public List<LastProbe> lastProbes(PoolName pool) {
        return counters.lastProbes(pool);
    }

    @Override
    public List<Measurement> measure() {
        return counters.measure();
    }

    @Override
    public String toString() {
        return "health checks";
    }
}
