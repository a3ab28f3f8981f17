package io.weldr.api.admin;

import io.weldr.api.error.Problems;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The last probes of the leader. A probe that agrees with the verdict does not enter the log, so a node that does
 * not lead asks the leader. Any thread; never blocks.
 */
public final class LeaderProbes {
    private final AdminPorts ports;
    private final ProbeReporter reporter;

    public LeaderProbes(AdminPorts ports, ProbeReporter reporter) {
        this.ports = ports;
        this.reporter = reporter;
    }

    /**
     * The leader's findings, or why there are none, at the latest after {@link Census#PATIENCE} and a moment. Fails
     * only with a problem, if there is no such pool.
     */
    public CompletionStage<ProbeReport> of(PoolName pool) {
        new View(ports.state().get(), true, null).pool(pool);
        ClusterStatus status = ports.status().status();
        MemberId leader = status.leader();
        if (leader == null) {
            return CompletableFuture.completedFuture(new ProbeReport(null, List.of(), "no leader is known"));
        }
        if (leader.equals(status.self())) {
            return CompletableFuture.completedFuture(own(pool));
        }
        Member member = ports.state().get().members().get(leader);
        if (member == null) {
            return CompletableFuture.completedFuture(
                    new ProbeReport(leader, List.of(), leader + " has not told its address yet"));
        }
        return reporter.lastProbes(member, pool, Census.PATIENCE)
                .exceptionally(failure ->
                        new ProbeReport(leader, List.of(), Problems.of(failure).found()));
    }

    /** What this node itself can tell: everything if it leads. */
    public ProbeReport own(PoolName pool) {
        ClusterStatus status = ports.status().status();
        return status.acting()
                ? new ProbeReport(status.self(), ports.lastProbes().lastProbes(pool), null)
                : new ProbeReport(status.self(), List.of(), status.self() + " does not act as leader");
    }
}
