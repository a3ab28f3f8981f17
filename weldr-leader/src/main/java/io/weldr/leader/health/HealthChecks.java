package io.weldr.leader.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.weldr.core.health.Opinion;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.HostNames;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.ProbeCalls;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.ProbeSource;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The health checks of one node: a duty for the leader, and single probes for another leader that asks. It has one
 * event loop of its own, away from those of the proxy, so that neither can hold up the other; it exists, and idles, on
 * followers too.
 */
public final class HealthChecks implements LeaderDuty, ProbeCalls, ProbeSource, MetricSource, AutoCloseable {
    /** A thousand probes a second take a few percent of a core; one thread also keeps the order of things simple. */
    private static final int LOOPS = 1;

    private final EventLoopGroup loops;
    private final NetworkProber prober;
    private final HealthMonitor monitor;
    private final ProbesForOthers forOthers;

    /**
     * Makes the parts; nothing is probed before {@link #start}.
     *
     * @param random spreads the probes of many origins
     * @param names looks the names of origins up, for the proxy too
     * @param trust authorities of origins; null: those of the Java platform. The same as the
     *     proxy's
     * @param seal opens the keys of the certificates that are shown to origins
     * @param self this node, which needs no second opinion of its own
     * @param link to the other members, who are asked before an origin is down
     * @param handover moves leadership when this leader alone does not reach the origins
     * @param version goes into the User-Agent, {@code weldr-health/VERSION (SELF)}
     */
    public HealthChecks(
            Published<ClusterState> state,
            CommandGateway gateway,
            RandomGenerator random,
            HostNames names,
            @Nullable TrustManagerFactory trust,
            KeySeal seal,
            MemberId self,
            ProbeLink link,
            Handover handover,
            String version) {
        loops = new MultiThreadIoEventLoopGroup(
                LOOPS, new DefaultThreadFactory("weldr-health", true), NioIoHandler.newFactory());
        prober = new NetworkProber(loops, names, new ProbeTls(trust, seal), version + " (" + self + ")");
        EventLoop loop = loops.next();
        HealthCounters counters = new HealthCounters();
        SeenUp seenUp = new SeenUp();
        forOthers = new ProbesForOthers(state, prober, seenUp, counters);
        monitor = new HealthMonitor(
                state,
                gateway,
                prober,
                new EventLoopTimeline(loop),
                Clock.systemUTC(),
                random,
                HealthMonitor.PROBES_IN_FLIGHT_MAX,
                new HealthMonitor.Others(self, link, handover, seenUp),
                counters);
    }

    Prober prober() {
        return prober;
    }

    /** Works whether this node leads or not. */
    @Override
    public CompletionStage<Opinion> probe(ProbeQuestion question) {
        return forOthers.probe(question);
    }

    @Override
    public void start(long term) {
        monitor.start(term);
    }

    @Override
    public void suspend() {
        monitor.suspend();
    }

    @Override
    public void stop() {
        monitor.stop();
    }

    @Override
    public List<LastProbe> lastProbes(PoolName pool) {
        return monitor.lastProbes(pool);
    }

    @Override
    public List<Measurement> measure() {
        return monitor.measure();
    }

    /** Stops, drops what is under way and ends the threads. Takes up to a second. May be repeated. */
    @Override
    public void close() {
        stop();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Override
    public String toString() {
        return monitor.toString();
    }
}
