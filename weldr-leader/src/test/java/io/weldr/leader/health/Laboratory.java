package io.weldr.leader.health;

import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginPatch;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one thread: a state, a log that applies what it is given, origins that answer as told, and a clock that
 * is turned by hand. The gateway keeps to the promises of the real one, the bad ones included.
 */
final class Laboratory implements CommandGateway, Prober, ProbeLink, Handover {
    /** How the log treats what is submitted. */
    enum Log {
        COMMITS,
        NO_LEADER,
        /** Applies it and says that it does not know. */
        COMMITS_IN_SILENCE,
        /** Says that the origin is another by now. */
        REFUSES,
        /** Neither applies nor answers. */
        HANGS
    }

    record Sent(long nanos, OriginUrl url, HealthPolicy policy) {}

    /** What another member says when it is asked. */
    enum Says {
        UP,
        DOWN,
        /** It sees it down and never saw it up. */
        NEVER_UP,
        /** It does not answer: the call ends at its deadline. */
        NOTHING
    }

    record Asked(long nanos, MemberId member, ProbeQuestion question, Duration deadline) {}

    record Submitted(RequestId id, Command.RecordVerdict command) {}

    static final Duration SECOND = Duration.ofSeconds(1);

    final VirtualTimeline time = new VirtualTimeline();
    final Published<ClusterState> state = new Published<>(ClusterState.INITIAL);
    final List<Sent> sent = new ArrayList<>();
    final List<Submitted> submitted = new ArrayList<>();
    final Map<OriginUrl, ProbeResult> answers = new HashMap<>();
    final List<CompletableFuture<ProbeResult>> unanswered = new ArrayList<>();
    final Map<MemberId, Says> others = new HashMap<>();
    final Map<OriginUrl, Says> exceptions = new HashMap<>(); // what all of them say of one origin
    final List<Asked> asked = new ArrayList<>();
    final List<MemberId> heirs = new ArrayList<>();
    final Set<MemberId> unwilling = new HashSet<>(); // to lead
    int openQuestions;
    int openQuestionsMax;
    private final Map<RequestId, Committed> done = new HashMap<>();
    final SeenUp seenUp = new SeenUp();
    final HealthMonitor monitor;
    Log log = Log.COMMITS;
    boolean originsHang;
    boolean nothingIsSent;
    private long index;

    Laboratory(long seed, int probesInFlightMax) {
        Clock clock = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.EPOCH.plusNanos(time.nowNanos());
            }
        };
        monitor = new HealthMonitor(
                state,
                this,
                this,
                time,
                clock,
                new Random(seed),
                probesInFlightMax,
                new HealthMonitor.Others(new MemberId("n1"), this, this, seenUp),
                new HealthCounters());
    }

    Laboratory() {
        this(42, HealthMonitor.PROBES_IN_FLIGHT_MAX);
    }

    // The origins

    @Override
    public CompletionStage<ProbeResult> probe(OriginUrl url, ProbeAccess access, HealthPolicy policy) {
        sent.add(new Sent(time.nowNanos(), url, policy));
        if (nothingIsSent) {
            return CompletableFuture.failedFuture(new NotSentException("as the test wants"));
        }
        if (originsHang) {
            CompletableFuture<ProbeResult> open = new CompletableFuture<>();
            unanswered.add(open);
            time.schedule(
                    policy.timeout().toNanos(), () -> open.complete(new ProbeResult(false, "no answer within 2 s")));
            return open;
        }
        return CompletableFuture.completedFuture(answers.getOrDefault(url, new ProbeResult(true, "status 200")));
    }

    void answers(OriginUrl url, boolean passed) {
        answers.put(url, passed ? new ProbeResult(true, "status 200") : new ProbeResult(false, "connect refused"));
    }

    long sentTo(OriginUrl url) {
        return sent.stream().filter(one -> one.url().equals(url)).count();
    }

    // The other members

    /** A member that says the same of every origin. */
    void member(int number, Says says) {
        member(number, says, false);
    }

    /** One that only votes, and answers probes. */
    void witness(int number, Says says) {
        member(number, says, true);
    }

    private void member(int number, Says says, boolean witness) {
        MemberId id = new MemberId("n" + number);
        HostPort address = new HostPort("192.0.2.1", number);
        others.put(id, says);
        apply(new Command.AnnounceMember(
                new Member(id, address, address, address, witness ? null : address, "test", ClusterVersion.SUPPORTED),
                Instant.EPOCH));
    }

    @Override
    public CompletionStage<Opinion> probe(Member to, ProbeQuestion question, Duration deadline) {
        asked.add(new Asked(time.nowNanos(), to.id(), question, deadline));
        openQuestionsMax = Math.max(openQuestionsMax, ++openQuestions);
        Origin origin =
                java.util.Objects.requireNonNull(state.get().defaultPool().find(question.origin()));
        Says says = exceptions.getOrDefault(origin.url(), others.get(to.id()));
        CompletableFuture<Opinion> answer = new CompletableFuture<>();
        Duration takes = says == Says.NOTHING ? deadline : Duration.ofMillis(20);
        time.schedule(takes.toNanos(), () -> {
            openQuestions--;
            if (says == Says.NOTHING) {
                answer.completeExceptionally(new GatewayException(GatewayException.Kind.NO_LEADER, "no answer"));
            } else {
                answer.complete(
                        new Opinion(new ProbeResult(says == Says.UP, "as the test wants"), says != Says.NEVER_UP));
            }
        });
        return answer;
    }

    @Override
    public CompletionStage<Boolean> to(MemberId heir) {
        heirs.add(heir);
        return unwilling.contains(heir)
                ? CompletableFuture.failedFuture(new IOException("as the test wants"))
                : CompletableFuture.completedFuture(true);
    }

    // The cluster

    static OriginUrl url(int number) {
        return OriginUrl.parse("http://192.0.2." + number % 250 + ":" + (8000 + number));
    }

    void add(OriginUrl url, @Nullable HealthPolicy policy) {
        apply(new Command.AddOrigin(
                PoolName.DEFAULT, new OriginSpec(url, null, null, null, policy), true, Instant.EPOCH));
    }

    void remove(OriginUrl url) {
        apply(new Command.RemoveOrigin(PoolName.DEFAULT, new OriginRef.ByAddress(url.address()), null, Instant.EPOCH));
    }

    void admin(OriginUrl url, AdminState admin) {
        Instant deadline = admin == AdminState.DRAINING ? Instant.EPOCH.plusSeconds(60) : null;
        patch(url, Command.adminPatch(admin, deadline));
    }

    void patch(OriginUrl url, OriginPatch patch) {
        apply(new Command.UpdateOrigin(
                PoolName.DEFAULT, new OriginRef.ByAddress(url.address()), patch, null, Instant.EPOCH));
    }

    void policy(HealthPolicy policy) {
        apply(new Command.SetHealthPolicy(PoolName.DEFAULT, policy, null, Instant.EPOCH));
    }

    Origin origin(OriginUrl url) {
        Origin found = state.get().defaultPool().find(url.address());
        if (found == null) {
            throw new AssertionError("no origin " + url);
        }
        return found;
    }

    boolean up(OriginUrl url) {
        return origin(url).verdict().up();
    }

    OriginId id(OriginUrl url) {
        return OriginId.of(url.address());
    }

    Outcome apply(Command command) {
        if (!state.get().version().atLeast(command.since())) {
            apply(new Command.RaiseClusterVersion(command.since(), Instant.EPOCH));
        }
        Transition transition = state.get().apply(command, ++index);
        state.publish(transition.next());
        return transition.outcome();
    }

    // The gateway

    @Override
    public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        submitted.add(new Submitted(id, (Command.RecordVerdict) command));
        return switch (log) {
            case COMMITS -> CompletableFuture.completedFuture(commit(id, command));
            case NO_LEADER -> failed(GatewayException.Kind.NO_LEADER);
            case COMMITS_IN_SILENCE -> {
                commit(id, command);
                yield failed(GatewayException.Kind.UNKNOWN_OUTCOME);
            }
            case REFUSES ->
                CompletableFuture.completedFuture(done.computeIfAbsent(
                        id,
                        first -> new Committed(
                                index, new Outcome.Refused(Outcome.Refusal.PRECONDITION_FAILED, "as the test wants"))));
            case HANGS -> new CompletableFuture<>();
        };
    }

    private Committed commit(RequestId id, Command command) {
        return done.computeIfAbsent(id, first -> new Committed(index + 1, apply(command)));
    }

    private static CompletionStage<Committed> failed(GatewayException.Kind kind) {
        return CompletableFuture.failedFuture(new GatewayException(kind, "as the test wants"));
    }

    @Override
    public CompletionStage<ClusterState> linearizable() {
        throw new AssertionError("health checks do not read through the log");
    }

    @Override
    public CompletionStage<ClusterState> applied(long upTo) {
        throw new AssertionError("health checks do not wait for an index");
    }
}
