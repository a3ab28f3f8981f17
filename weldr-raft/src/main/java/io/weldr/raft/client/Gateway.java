package io.weldr.raft.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.core.Check;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberCalls;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.ratis.Latencies;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes and linearizable reads from any node. Any thread; never blocks. Callers' stages complete on {@code callbacks},
 * never on the thread that applies the log.
 */
public final class Gateway implements CommandGateway, MemberCalls {
    /**
     * The largest entry. One beyond Ratis' buffers would make one leader after the other step down, so ours stay far
     * below them.
     */
    public static final int ENTRY_BYTES_MAX = 256 * 1024;

    private static final byte[] BARRIER =
            EntryCodec.encode(new LogEntry.Barrier()).toByteArray();

    private final RaftSettings settings;
    private final Supplier<Leadership> leadership;
    private final AppliedIndex applied;
    private final LocalLog log;
    private final MemberLink link;
    private final ScheduledExecutorService timer;
    private final Executor callbacks;
    private final Function<MemberId, @Nullable Attribution> askedFor;
    private volatile Admission admission = Admission.CURRENT;
    private final Errands errands;
    private final SharedBarrier barrierHere;
    private final SharedBarrier barrierAnywhere;
    /** How what is under way ends when this closes. Bounded by pending. */
    private final Map<Long, Runnable> open = new ConcurrentHashMap<>();

    private final AtomicLong numbers = new AtomicLong();
    private volatile boolean closed;
    private final AtomicInteger pending = new AtomicInteger();
    private final Latencies latencies = new Latencies();

    /** @param askedFor who had a member taken in that announces itself for the first time; null: nobody */
    public Gateway(
            RaftSettings settings,
            Supplier<Leadership> leadership,
            AppliedIndex applied,
            LocalLog log,
            MemberLink link,
            ScheduledExecutorService timer,
            Executor callbacks,
            Function<MemberId, @Nullable Attribution> askedFor) {
        this.settings = settings;
        this.leadership = leadership;
        this.applied = applied;
        this.log = log;
        this.link = link;
        this.timer = timer;
        this.callbacks = callbacks;
        this.askedFor = askedFor;
        // Detection takes twice the longest timeout at most, an election one. A leader that was there a moment ago is
        // waited for
        // as long as the request has time.
        Duration election = settings.electionTimeoutMax().multipliedBy(3);
        Duration patience = election.compareTo(settings.requestDeadline()) > 0 ? election : settings.requestDeadline();
        this.errands = new Errands(settings.self(), leadership, applied.state(), timer, patience);
        this.barrierHere = new SharedBarrier(() -> within(settings.requestDeadline(), log.barrier(BARRIER)));
        this.barrierAnywhere = new SharedBarrier(() -> errands.run(new BarrierErrand(), deadlineNanos()));
    }

    /** From now on, while this node leads, it admits commands by these rules. */
    public void admitBy(NodeRules rules) {
        admission = admission.with(rules);
    }

    @Override
    public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        LogProto.Entry entry = EntryCodec.encode(new LogEntry.Write(id, command, attribution(by)));
        if (entry.getSerializedSize() > ENTRY_BYTES_MAX) {
            return CompletableFuture.failedFuture(tooLarge(entry));
        }
        long began = System.nanoTime();
        return admitted(deadline -> errands.run(new SubmitErrand(entry), deadline)
                .thenCompose(
                        committed -> awaitApplied(committed.index(), deadline).thenApply(state -> committed))
                .whenComplete((committed, failure) -> {
                    if (failure == null) {
                        latencies.record(System.nanoTime() - began);
                    }
                }));
    }

    /** What the entry says of it. A leader of an older version would refuse an entry that says anything. */
    private @Nullable Attribution attribution(@Nullable Attribution by) {
        if (!applied.state().get().version().atLeast(ClusterVersion.TOKENS)) {
            return null;
        }
        return by != null ? by : Attribution.of(Actor.node(settings.self()));
    }

    @Override
    public CompletionStage<ClusterState> linearizable() {
        return admitted(
                deadline -> barrierAnywhere.arrive().thenCompose(index -> awaitApplied(index, deadline)),
                Kind.NO_LEADER);
    }

    @Override
    public CompletionStage<ClusterState> applied(long index) {
        return admitted(deadline -> applied.await(index), Kind.NO_LEADER);
    }

    /**
     * Waits no longer than the caller does: while nothing is applied, waiters would pile up behind callers who gave up.
     */
    private CompletableFuture<ClusterState> awaitApplied(long index, long deadlineNanos) {
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        return within(left, applied.await(index));
    }

    /**
     * Puts a barrier into the log of this node, if it leads, for its side effect: something that a follower has to
     * answer.
     */
    public void nudge() {
        if (leadership.get().here()) {
            var unused = barrierHere.arrive().whenComplete((index, failure) -> {});
        }
    }

    /** How many are under way. */
    public int pending() {
        return pending.get();
    }

    /** How long writes took that were acknowledged through this node. */
    public Latencies latencies() {
        return latencies;
    }

    @Override
    public CompletionStage<byte[]> answer(byte[] message) {
        PeerProto.Forward forward;
        try {
            forward = PeerProto.Forward.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return answered(new GatewayException(Kind.UNAVAILABLE, "the message is not valid: " + e.getMessage()));
        }
        if (forward.getSubmit().getSerializedSize() > ENTRY_BYTES_MAX) {
            return answered(tooLarge(forward.getSubmit()));
        }
        if (!leadership.get().here()) {
            // Not passed on: two nodes that take each other for the leader would play ping-pong.
            return answered(new GatewayException(Kind.NO_LEADER, settings.self() + " does not lead"));
        }
        return switch (forward.getWishCase()) {
            case SUBMIT ->
                answered(forward, () -> submitHere(forward.getSubmit(), true).thenApply(ForwardCodec::answer));
            case BARRIER -> answered(forward, () -> barrierHere.arrive().thenApply(ForwardCodec::answer));
            case MEMBERSHIP, WISH_NOT_SET -> // the first is answered elsewhere
                answered(new GatewayException(Kind.UNAVAILABLE, "a kind of message that this version does not know"));
        };
    }

    private CompletableFuture<Committed> submitHere(LogProto.Entry entry, boolean forwarded) {
        try {
            return log.submit(admission
                    .admit(entry, forwarded, applied.state().get(), askedFor)
                    .toByteArray());
        } catch (GatewayException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<byte[]> answered(PeerProto.Forward forward, Supplier<CompletableFuture<byte[]>> work) {
        if (pending.incrementAndGet() > settings.pendingMax()) {
            pending.decrementAndGet();
            return answered(overloaded());
        }
        Duration deadline = Duration.ofMillis(Math.max(
                1,
                Math.min(forward.getDeadlineMillis(), settings.requestDeadline().toMillis())));
        CompletableFuture<byte[]> answer = Errands.begun(() -> within(deadline, work.get()))
                .exceptionally(failure -> ForwardCodec.answer(Errands.gatewayException(failure)));
        // Not on the executor of the callbacks, which refuses tasks once it is shut down.
        var unused = answer.whenComplete((bytes, failure) -> pending.decrementAndGet());
        return answer.thenApplyAsync(Function.identity(), callbacks);
    }

    private static CompletionStage<byte[]> answered(GatewayException failure) {
        return CompletableFuture.completedFuture(ForwardCodec.answer(failure));
    }

    private <T> CompletionStage<T> admitted(Function<Long, CompletableFuture<T>> work) {
        return admitted(work, Kind.UNKNOWN_OUTCOME);
    }

    /**
     * Counts it, bounds it, and completes it on a thread of ours. {@code late} is what it fails with at the deadline.
     */
    private <T> CompletionStage<T> admitted(Function<Long, CompletableFuture<T>> work, Kind late) {
        if (pending.incrementAndGet() > settings.pendingMax()) {
            pending.decrementAndGet();
            return CompletableFuture.failedFuture(overloaded());
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        long number = numbers.incrementAndGet();
        open.put(number, () -> result.completeExceptionally(stopping(late)));
        var unused = result.whenComplete((value, failure) -> {
            open.remove(number);
            pending.decrementAndGet();
        });
        try {
            // A little later than the work's own deadline, which knows better what happened.
            Duration limit = settings.requestDeadline().plusMillis(20);
            var ignored = within(limit, work.apply(deadlineNanos()), late)
                    .whenCompleteAsync((value, failure) -> settle(result, value, failure, late), callbacks);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(stopping(late));
        } catch (RuntimeException | Error e) {
            settle(result, null, e, late); // nothing of it may stay counted
        }
        if (closed) {
            result.completeExceptionally(stopping(late));
        }
        return result;
    }

    private static <T> void settle(
            CompletableFuture<T> result, @Nullable T value, @Nullable Throwable failure, Kind late) {
        if (failure == null) {
            result.complete(value);
            return;
        }
        GatewayException known = Errands.gatewayException(failure);
        result.completeExceptionally(
                known.kind() == Kind.UNKNOWN_OUTCOME && late == Kind.NO_LEADER
                        ? new GatewayException(late, String.valueOf(known.getMessage()), known)
                        : known);
    }

    /** Fails what is under way, and whatever comes from now on. */
    public void close() {
        closed = true;
        open.values().forEach(Runnable::run);
    }

    private static GatewayException stopping(Kind late) {
        return new GatewayException(late, "this node is stopping");
    }

    private <T> CompletableFuture<T> within(Duration limit, CompletableFuture<T> work) {
        return within(limit, work, Kind.UNKNOWN_OUTCOME);
    }

    private <T> CompletableFuture<T> within(Duration limit, CompletableFuture<T> work, Kind late) {
        if (work.isDone()) {
            return work;
        }
        var alarm = timer.schedule(
                () -> work.completeExceptionally(new GatewayException(late, "no answer within " + Check.text(limit))),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        var unused = work.whenComplete((value, failure) -> alarm.cancel(false));
        return work;
    }

    private long deadlineNanos() {
        return System.nanoTime() + settings.requestDeadline().toNanos();
    }

    private GatewayException overloaded() {
        return new GatewayException(
                Kind.OVERLOADED, settings.pendingMax() + " requests are under way on this node (expected: fewer)");
    }

    private static GatewayException tooLarge(LogProto.Entry entry) {
        return new GatewayException(
                Kind.TOO_LARGE,
                "the command takes " + entry.getSerializedSize() + " bytes (expected: at most " + ENTRY_BYTES_MAX
                        + ")");
    }

    private final class SubmitErrand implements Errands.Errand<Committed> {
        private final LogProto.Entry entry;

        SubmitErrand(LogProto.Entry entry) {
            this.entry = entry;
        }

        @Override
        public CompletableFuture<Committed> here() {
            return submitHere(entry, false);
        }

        @Override
        public CompletableFuture<Committed> there(Member leader, Duration deadline) {
            return link.call(leader, ForwardCodec.submit(entry, deadline), deadline)
                    .toCompletableFuture()
                    .thenApply(ForwardCodec::committed);
        }
    }

    private final class BarrierErrand implements Errands.Errand<Long> {
        @Override
        public CompletableFuture<Long> here() {
            return barrierHere.arrive();
        }

        @Override
        public CompletableFuture<Long> there(Member leader, Duration deadline) {
            return link.call(leader, ForwardCodec.barrier(deadline), deadline)
                    .toCompletableFuture()
                    .thenApply(ForwardCodec::barrierIndex);
        }
    }
}
