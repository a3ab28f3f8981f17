package io.weldr.api.admin;

import io.weldr.api.admin.Written.Applied;
import io.weldr.api.error.Problems;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.GatewayException;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks all members at the same time, and does not wait for those that do not answer. Any thread; never blocks. */
public final class Census {
    /** A member that needs longer than this to say how it is counts as missing. */
    public static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Why a member is not asked that Raft knows and the log does not. */
    static final String NO_ADDRESS = "it has not told its address yet";

    /** What a member keeps of a deadline to send its answer before the asker gives up. */
    private static final Duration SPARE = Duration.ofMillis(150);

    /** Between two looks at what takes milliseconds to come about. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

    private final AdminPorts ports;
    private final MemberReporter reporter;
    private final long startNanos = System.nanoTime();
    private @Nullable Round latest; // guarded by this

    /**
     * Whoever asks while the members are being asked since no longer than this is told the same: many who watch a
     * cluster cost no more than one.
     */
    private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private record Round(long beganNanos, CompletableFuture<List<Line>> lines) {}

    public Census(AdminPorts ports, MemberReporter reporter) {
        this.ports = ports;
        this.reporter = reporter;
    }

    /**
     * What came of asking one member.
     *
     * @param member what it told about itself through the log; null if it did not yet
     * @param voter whether its vote counts, as this node knows
     * @param learner whether it is a member without a vote
     * @param report its answer; null if there is none
     * @param missing why there is none; null if there is one
     */
    public record Line(
            MemberId id,
            @Nullable Member member,
            boolean voter,
            boolean learner,
            @Nullable MemberReport report,
            @Nullable String missing) {}

    /** Everybody's report, by id; at the latest after {@link #PATIENCE} and a moment. Does not fail. */
    public CompletionStage<List<Line>> take() {
        Round round;
        synchronized (this) {
            long nowNanos = System.nanoTime();
            Round last = latest;
            if (last != null && !last.lines().isDone() && nowNanos - last.beganNanos() < SHARED_NANOS) {
                return last.lines().copy();
            }
            round = new Round(nowNanos, new CompletableFuture<>());
            latest = round;
        }
        var unused = ask(Awaited.NOTHING, PATIENCE).whenComplete((lines, failure) -> {
            if (failure == null) {
                round.lines().complete(lines);
            } else {
                round.lines().completeExceptionally(failure);
            }
        });
        return round.lines().copy();
    }

    /** The same, but no member was asked before this call. */
    CompletionStage<List<Line>> fresh() {
        return ask(Awaited.NOTHING, PATIENCE);
    }

    /** The report of one member, without waiting for the others; null: there is none of that id. Does not fail. */
    public CompletionStage<@Nullable Line> one(MemberId id) {
        return ask(Awaited.NOTHING, PATIENCE, id::equals).thenApply(lines -> lines.isEmpty() ? null : lines.get(0));
    }

    /**
     * How far each member is, once each serves by what was awaited, cannot be reached, or has had the time. Does not
     * fail.
     *
     * @param revision of the state that the awaited entry of the log made
     */
    public CompletionStage<List<Applied>> applied(Awaited awaited, long revision, Duration patience) {
        return ask(awaited, patience)
                .thenApply(lines -> lines.stream()
                        .map(line -> {
                            MemberReport report = line.report();
                            return report == null
                                    ? new Applied(line.id(), null, line.missing())
                                    : new Applied(line.id(), report.appliedIndex(), report.behind(awaited, revision));
                        })
                        .toList());
    }

    /**
     * This node's own report, once it serves by what is awaited, or {@code patience} is nearly over. Does not fail.
     */
    public CompletionStage<MemberReport> own(Awaited awaited, Duration patience) {
        if (awaited.index() <= 0) {
            return CompletableFuture.completedFuture(own());
        }
        long untilNanos = System.nanoTime() + patience.minus(SPARE).toNanos();
        CompletableFuture<Void> reached = new CompletableFuture<>();
        awaitApplied(awaited, untilNanos, reached);
        return reached.handle((nothing, failure) -> own());
    }

    /** Asks again when the gateway gives up: it has a shorter patience than whoever waits here. */
    private void awaitApplied(Awaited awaited, long untilNanos, CompletableFuture<Void> reached) {
        long leftNanos = untilNanos - System.nanoTime();
        if (leftNanos <= 0) {
            reached.complete(null);
            return;
        }
        var unused = ports.gateway()
                .applied(awaited.index())
                .toCompletableFuture()
                .copy()
                .orTimeout(leftNanos, TimeUnit.NANOSECONDS)
                .whenComplete((state, failure) -> {
                    if (failure == null) {
                        awaitServed(awaited, state.revision(), untilNanos, reached);
                    } else {
                        LATER.execute(() -> guarded(reached, () -> awaitApplied(awaited, untilNanos, reached)));
                    }
                });
    }

    /** Looks now and then: a worker must not be made to tell anybody. */
    private void awaitServed(Awaited awaited, long revision, long untilNanos, CompletableFuture<Void> reached) {
        if (serves(awaited, revision) || System.nanoTime() - untilNanos >= 0) {
            reached.complete(null);
        } else {
            LATER.execute(() -> guarded(reached, () -> awaitServed(awaited, revision, untilNanos, reached)));
        }
    }

    private boolean serves(Awaited awaited, long revision) {
        ListenerName listener = awaited.listener();
        return ports.routing().routedRevision() >= revision
                && (listener == null || ListenerReport.of(ports.listeners()).settled(listener, revision));
    }

    /** Whatever goes wrong, nobody waits for ever. */
    private static void guarded(CompletableFuture<Void> reached, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            reached.completeExceptionally(e);
        }
    }

    private MemberReport own() {
        return MemberReport.of(
                ports.status().status(),
                ports.routing().routedRevision(),
                Duration.ofNanos(System.nanoTime() - startNanos),
                ListenerReport.of(ports.listeners()),
                ports.certificates().certificateConditions(),
                new ProcessReport(
                        ports.process().facts(),
                        ports.unready().get(),
                        ports.process().restarting()),
                ports.virtualIp().get(),
                ports.traffic().traffic());
    }

    private CompletionStage<List<Line>> ask(Awaited awaited, Duration patience) {
        return ask(awaited, patience, id -> true);
    }

    /**
     * Somebody to ask.
     *
     * @param member what it told about itself through the log; null if it did not yet
     * @param voter whether its vote counts, as this node knows
     * @param learner whether it is a member without a vote
     */
    record Asked(MemberId id, @Nullable Member member, boolean voter, boolean learner) {}

    /** Everybody who belongs to the cluster as far as this node knows, by id. */
    List<Asked> everybody() {
        ClusterStatus status = ports.status().status();
        Map<MemberId, Member> members = new TreeMap<>(ports.state().get().members());
        Member self = ports.self().get();
        if (self != null) {
            members.put(self.id(), self);
        }
        NavigableSet<MemberId> voters = new TreeSet<>();
        status.voters().stream().map(Voter::id).forEach(voters::add);
        NavigableSet<MemberId> learners = new TreeSet<>();
        status.learners().stream().map(Voter::id).forEach(learners::add);
        NavigableSet<MemberId> everybody = new TreeSet<>(voters);
        everybody.addAll(learners);
        everybody.addAll(members.keySet());
        everybody.add(status.self());
        return everybody.stream()
                .map(id -> new Asked(id, members.get(id), voters.contains(id), learners.contains(id)))
                .toList();
    }

    private CompletionStage<List<Line>> ask(Awaited awaited, Duration patience, Predicate<MemberId> whom) {
        MemberId self = ports.status().status().self();
        List<CompletableFuture<Line>> lines = new ArrayList<>();
        for (Asked asked : everybody()) {
            MemberId id = asked.id();
            if (!whom.test(id)) {
                continue;
            }
            Member member = asked.member();
            boolean voter = asked.voter();
            boolean learner = asked.learner();
            CompletionStage<MemberReport> report;
            if (id.equals(self)) {
                report = own(awaited, patience);
            } else if (member != null) {
                report = reporter.report(member, awaited, patience);
            } else {
                lines.add(CompletableFuture.completedFuture(new Line(id, null, voter, learner, null, NO_ADDRESS)));
                continue;
            }
            lines.add(report.handle((answer, failure) -> failure == null
                            ? new Line(id, member, voter, learner, answer, null)
                            : new Line(id, member, voter, learner, null, notReached(id, failure)))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(lines.toArray(CompletableFuture[]::new))
                .thenApply(done -> lines.stream().map(CompletableFuture::join).toList());
    }

    /**
     * Why there is no report. A member that cannot be reached is no call of which it matters whether anything was done.
     */
    static String notReached(MemberId id, Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (!(cause instanceof GatewayException)) {
            return Problems.of(failure).detail();
        }
        String line = String.valueOf(cause.getMessage());
        String named = id + " at ";
        return line.startsWith(named) ? "not reached at " + line.substring(named.length()) : line;
    }
}
