package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import io.weldr.core.port.ProcessControl;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Restarts of members. Any thread; never blocks.
 *
 * <p>At most one member restarts at a time by requests that ask for safety. A member first says that it is about to
 * restart, then asks all others, and takes it back if one of them says the same. Of two members that do so at the same
 * time, at least one hears of the other.
 */
public final class Restarts {
    /** The member itself asks the others for at most {@link Census#PATIENCE}. */
    private static final Duration PATIENCE = Census.PATIENCE.plusSeconds(1);

    private final AdminPorts ports;
    private final Census census;
    private final RestartCaller caller;

    public Restarts(AdminPorts ports, Census census, RestartCaller caller) {
        this.ports = ports;
        this.census = census;
        this.caller = caller;
    }

    /**
     * Has that member restart. Fails with a problem if it refuses, and with {@link io.weldr.core.port.GatewayException}
     * if it does not answer.
     */
    public CompletionStage<RestartBegun> of(MemberId id, RestartWish wish) {
        if (id.equals(ports.status().status().self())) {
            return own(wish);
        }
        Member member = ports.state().get().members().get(id);
        if (member == null) {
            return CompletableFuture.failedFuture(Problems.noSuchMember(id).exception());
        }
        return caller.restart(member, wish, PATIENCE);
    }

    /** Has this node restart. Fails with a problem if it refuses. */
    public CompletionStage<RestartBegun> own(RestartWish wish) {
        ProcessControl process = ports.process();
        ProcessControl.Facts facts = process.facts();
        MemberId self = ports.status().status().self();
        Instant startedAt = wish.startedAt();
        if (startedAt != null && !startedAt.equals(facts.startedAt())) {
            return refused(
                    ProblemType.PRECONDITION_FAILED,
                    "the process of " + self + " started at " + facts.startedAt(),
                    "one that started at " + startedAt);
        }
        if (facts.serviceManager() == null) {
            return refused(
                    ProblemType.NO_SERVICE_MANAGER,
                    "nothing would start the process of " + self + " again",
                    "a node that systemd or Kubernetes runs, or WELDR_SUPERVISED=true in the environment of a node that"
                            + " another service manager starts again");
        }
        if (!wish.ifSafe()) {
            return CompletableFuture.completedFuture(begin(self, wish));
        }
        if (!process.reserve()) {
            return CompletableFuture.completedFuture(new RestartBegun(self, false, facts));
        }
        return census.fresh().thenApply(ClusterView::new).handle((cluster, failure) -> {
            String risk = failure != null ? String.valueOf(failure) : risk(self, cluster);
            if (risk != null) {
                process.release();
                throw Problem.of(ProblemType.NOT_SAFE, risk, "a cluster that goes on without " + self)
                        .exception();
            }
            return begin(self, wish);
        });
    }

    private RestartBegun begin(MemberId self, RestartWish wish) {
        ProcessControl process = ports.process();
        return new RestartBegun(self, process.restart(wish.by()), process.facts());
    }

    private static CompletionStage<RestartBegun> refused(ProblemType type, String found, String expected) {
        ProblemException problem = Problem.of(type, found, expected).exception();
        return CompletableFuture.failedFuture(problem);
    }

    /** Why the cluster must not lose this node now, for people; null: it may. */
    private @Nullable String risk(MemberId self, ClusterView cluster) {
        for (Census.Line line : cluster.lines()) {
            String risk = line.id().equals(self) ? null : risk(line);
            if (risk != null) {
                return risk;
            }
        }
        List<Census.Line> own =
                cluster.lines().stream().filter(line -> line.id().equals(self)).toList();
        StopAdvice advice =
                StopAdvice.of(own.get(0), cluster, ports.membership().status().change());
        return advice.safe() ? null : advice.reason();
    }

    private static @Nullable String risk(Census.Line other) {
        MemberReport report = other.report();
        if (report == null) {
            return other.id() + " does not answer: " + other.missing();
        }
        ProcessReport process = report.process();
        if (process == null) {
            return null; // an older version: it does not tell, and cannot be restarted in this way
        }
        if (process.restarting()) {
            return other.id() + " restarts";
        }
        return process.unready().isEmpty()
                ? null
                : other.id() + " is not ready: " + String.join("; ", process.unready());
    }
}
