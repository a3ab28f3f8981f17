package io.weldr.raft.members;

import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.port.Membership.Status;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.raft.leader.HandOver;
import io.weldr.raft.members.RollCall.Present;
import io.weldr.raft.node.Greeter;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.ChangeException;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the members and hands leadership over, on the leader, one change at a time. Before the voters change, those
 * that there will be are asked whether they live: Ratis would begin a change that can never be committed, and nothing
 * could be written after it. Any thread; never blocks. Futures fail with {@link GatewayException}: {@code NO_LEADER}
 * where another attempt, at whoever leads then, is the way on.
 */
public final class Changes {
    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

    private static final Duration HAND_OVER_TIMEOUT = Duration.ofMillis(1500);

    /** A learner that lags by more entries would hold up each write, once its vote is needed. */
    private static final long LAG_MAX = 1000;

    /** Nobody takes out so many members within a term. */
    private static final int DISMISSED_MAX = 1024;

    private final Supplier<@Nullable RatisNode> node;
    private final Supplier<Greeter> greeter;
    private final Supplier<ClusterState> state;
    private final BiConsumer<MemberId, @Nullable Attribution> retire;
    private final Newcomers newcomers;
    private final RollCall rollCall;
    private final Executor work;
    private final Map<MemberId, Attribution> asked = new ConcurrentHashMap<>(); // of members that are not announced
    /** Whom wishes have taken out, while this node leads; their disks may not know it yet. */
    private final Set<RaftId> dismissed = ConcurrentHashMap.newKeySet(); // DISMISSED_MAX

    private volatile @Nullable String underWay; // written under the lock of this

    /** How things stood when a change began. */
    private record Board(RatisNode node, NodeView view) {
        Seat self() {
            return view.voters().stream()
                    .filter(seat -> seat.id().equals(view.self()))
                    .findFirst()
                    .orElseThrow(() -> noLeader("this node is not a voter any more"));
        }
    }

    /**
     * @param retire has the state forget a member, asked for by that one; null: by this node
     * @param timer is not blocked
     * @param work what comes after an answer of Ratis goes on here, because its own thread must not be used to ask it
     *     again
     */
    public Changes(
            Supplier<@Nullable RatisNode> node,
            Supplier<Greeter> greeter,
            Supplier<ClusterState> state,
            BiConsumer<MemberId, @Nullable Attribution> retire,
            ScheduledExecutorService timer,
            Executor work) {
        this.node = node;
        this.greeter = greeter;
        this.state = state;
        this.retire = retire;
        this.newcomers = new Newcomers(greeter, timer);
        this.rollCall = new RollCall(address -> greeter.get().ask(address), work);
        this.work = work;
    }

    /** The voters as this node knows them. */
    public Status status() {
        RatisNode open = node.get();
        NodeView view = open == null ? null : open.view();
        if (view == null) {
            return new Status(List.of(), List.of(), null, null);
        }
        String change = underWay;
        if (change == null && !view.oldVoters().isEmpty()) {
            change = "the voters are changing";
        }
        return new Status(members(view, false), members(view, true), view.leadingMember(), change);
    }

    private static List<Voter> members(NodeView view, boolean learners) {
        return view.members().stream()
                .filter(seat -> seat.learner() == learners)
                .map(seat -> new Voter(seat.id().member(), seat.address()))
                .toList();
    }

    CompletableFuture<Result> add(Newcomer newcomer, @Nullable Attribution by) {
        return exclusively("taking in " + newcomer.id(), by, board -> seat(board, newcomer, null, null, by));
    }

    /**
     * Who asked for a member to be taken in that has not announced itself yet; null: nobody did, it came by itself.
     * Tells it once. Only the leader that took it in knows.
     */
    public @Nullable Attribution askedFor(MemberId newcomer) {
        Attribution by = asked.remove(newcomer);
        return by == null || state.get().revoked(by) ? null : by;
    }

    /** Gives a member that lost its log the seat of its former self, unless it was taken out meanwhile. */
    CompletableFuture<Result> restore(Newcomer member) {
        return exclusively("taking in " + member.id(), null, board -> {
            if (board.view().seat(member.id()) == null) {
                throw new RefusedException(
                        Refusal.NOT_WAITING,
                        member.id()
                                + " was removed while it was without its log (expected: a member, or a node that was started"
                                + " with --join and an empty data folder)");
            }
            return seat(board, member, null, null, null);
        });
    }

    CompletableFuture<Result> replace(
            MemberId leaver, Newcomer newcomer, @Nullable Duration drain, @Nullable Attribution by) {
        return exclusively("taking in " + newcomer.id() + " for " + leaver, by, board -> {
            Seat leaving = board.view().seat(leaver);
            Seat there = board.view().seat(newcomer.id());
            if (leaving == null && there != null && there.address().equals(newcomer.raft())) {
                return done(false); // an earlier attempt did it
            }
            return seat(board, newcomer, member(board, leaver), drain, by);
        });
    }

    CompletableFuture<Result> remove(MemberId id, @Nullable Duration drain, @Nullable Attribution by) {
        return exclusively("taking out " + id, by, board -> {
            Seat leaver = member(board, id);
            Plan plan = Plan.without(board.view().members(), leaver);
            if (plan.after().stream().allMatch(seat -> seat.learner() || witness(seat))) {
                throw new RefusedException(
                        Refusal.LAST_MEMBER,
                        id
                                + " is the last voter that proxies (expected: one that remains, beside witnesses and learners)");
            }
            return change(board, plan, leaver, drain, Set.of(), by);
        });
    }

    CompletableFuture<Result> transfer(@Nullable MemberId to, @Nullable Attribution by) {
        return exclusively("handing leadership over", by, board -> {
            Seat self = board.self();
            if (to != null && to.equals(self.id().member())) {
                return done(false);
            }
            Seat wanted = to == null ? null : member(board, to);
            if (wanted != null && wanted.learner()) {
                throw new RefusedException(Refusal.CANNOT_LEAD, to + " is a learner (expected: a member with a vote)");
            }
            return rollCall.until(
                            board.view(),
                            present -> wanted == null
                                    ? present.ids().size() > 1
                                    : present.ids().contains(wanted.id()))
                    .thenCompose(present -> handOver(board, wanted, present));
        });
    }

    private static Seat member(Board board, MemberId id) {
        Seat seat = board.view().seat(id);
        if (seat == null) {
            throw new RefusedException(
                    Refusal.NO_SUCH_MEMBER,
                    "member " + id + " (expected: one of "
                            + board.view().members().stream()
                                    .map(voter -> voter.id().member())
                                    .toList()
                            + ")");
        }
        return seat;
    }

    private boolean witness(Seat seat) {
        Member member = state.get().members().get(seat.id().member());
        return member != null && member.witness();
    }

    /** Finds the newcomer waiting at its address, and gives it a seat. */
    private CompletableFuture<Result> seat(
            Board board, Newcomer newcomer, @Nullable Seat leaver, @Nullable Duration drain, @Nullable Attribution by) {
        for (Seat seat : board.view().members()) {
            boolean sameName = seat.id().member().equals(newcomer.id());
            boolean sameAddress = seat.address().equals(newcomer.raft());
            if (!seat.equals(leaver) && sameName != sameAddress) {
                throw new RefusedException(
                        Refusal.ALREADY_MEMBER,
                        "node " + seat.id().member() + " is a member at " + seat.address()
                                + " (expected: another id and another address, or remove that member first)");
            }
        }
        Seat formerSelf = board.view().seat(newcomer.id());
        return newcomers.waiting(newcomer, board.view().members()).thenCompose(answer -> {
            if (formerSelf != null && answer.id().equals(formerSelf.id())) {
                return done(false);
            }
            ClusterVersion needed = state.get().version();
            if (!answer.supports().atLeast(needed)) {
                throw new RefusedException(
                        Refusal.UNSUPPORTED,
                        "node " + newcomer.id() + " supports cluster version " + answer.supports()
                                + " (expected: at least " + needed
                                + ": start it with the version of weldr that the members run)");
            }
            List<Seat> leavers = new ArrayList<>();
            if (leaver != null) {
                leavers.add(leaver);
            }
            if (formerSelf != null && !formerSelf.equals(leaver)) {
                leavers.add(formerSelf); // its disk was lost
            }
            // Who comes back, or for another, gets the seat that there was.
            boolean learner =
                    formerSelf != null ? formerSelf.learner() : leaver != null ? leaver.learner() : answer.learner();
            if (learner && !needed.atLeast(ClusterVersion.LEARNERS)) {
                throw new RefusedException(
                        Refusal.UNSUPPORTED,
                        "a learner in a cluster of version " + needed + " (expected: at least "
                                + ClusterVersion.LEARNERS + ": bring all members to this version of weldr first)");
            }
            Plan plan =
                    Plan.of(board.view().members(), leavers, answer.id(), newcomer.raft(), answer.witness(), learner);
            requireRoom(plan, learner);
            if (by != null) {
                remember(newcomer.id(), by);
            }
            return change(board, plan, leaver, drain, Set.of(answer.id()), by);
        });
    }

    private static void requireRoom(Plan plan, boolean learner) {
        long there =
                plan.after().stream().filter(seat -> seat.learner() == learner).count();
        int most = learner ? Plan.LEARNERS_MAX : Plan.VOTERS_MAX;
        if (there > most) {
            throw new RefusedException(
                    Refusal.TOO_MANY_MEMBERS,
                    there - 1 + (learner ? " learners" : " voters") + " (expected: fewer than " + most + ")");
        }
    }

    CompletableFuture<Result> promote(MemberId id, @Nullable Attribution by) {
        return exclusively("giving " + id + " a vote", by, board -> {
            Seat learner = member(board, id);
            if (!learner.learner()) {
                return done(false);
            }
            long has = board.node().acknowledged().getOrDefault(learner.id(), -1L);
            if (board.view().commitIndex() - has > LAG_MAX) {
                throw new RefusedException(
                        Refusal.NOT_CAUGHT_UP,
                        id + " has the log up to entry " + has + " (expected: at most " + LAG_MAX + " behind entry "
                                + board.view().commitIndex() + ")");
            }
            Plan plan = Plan.promoting(board.view().members(), learner);
            requireRoom(plan, false);
            return greeter.get()
                    .ask(learner.address())
                    .handleAsync((answer, failure) -> failure == null && takesPart(answer, learner.id()), work)
                    .thenCompose(takesPart -> {
                        if (!takesPart) {
                            throw new RefusedException(
                                    Refusal.NOT_CAUGHT_UP,
                                    id
                                            + " does not answer, or takes no part in Raft (expected: a learner that is a member and"
                                            + " whose log is open)");
                        }
                        return change(board, plan, null, null, Set.of(learner.id()), by);
                    });
        });
    }

    /** Changes who of the members leads first. */
    CompletableFuture<Result> order(Plan plan) {
        return exclusively("ordering who leads first", null, board -> change(board, plan, null, null, Set.of(), null));
    }

    /** Whether it is that member, and can vote. */
    private static boolean takesPart(HelloAnswer answer, RaftId id) {
        return answer.id().equals(id) && answer.running() && answer.standing() == Standing.MEMBER;
    }

    /** Whether that member answers, though it may take no part in Raft. */
    CompletableFuture<Boolean> answers(Seat member) {
        return greeter.get()
                .ask(member.address())
                .handleAsync((answer, failure) -> answer != null && answer.id().equals(member.id()), work);
    }

    private CompletableFuture<Result> change(
            Board board,
            Plan plan,
            @Nullable Seat leaver,
            @Nullable Duration drain,
            Set<RaftId> newcomers,
            @Nullable Attribution by) {
        Function<Present, @Nullable String> quorumLost = present -> {
            Set<RaftId> there = new HashSet<>(present.ids());
            there.addAll(newcomers);
            return plan.quorumLost(there);
        };
        return rollCall.until(board.view(), present -> quorumLost.apply(present) == null)
                .thenCompose(present -> {
                    String lost = quorumLost.apply(present);
                    if (lost != null) {
                        throw new RefusedException(Refusal.WOULD_LOSE_QUORUM, lost);
                    }
                    if (leaver != null && leaver.id().equals(board.view().self())) {
                        // Whoever leads then does it: a leader that leaves would leave the others without one for a
                        // while.
                        return handOver(board, null, present).thenApply(handed -> {
                            if (handed instanceof Result.Done) {
                                throw noLeader("leadership was transferred, so that this node can be removed");
                            }
                            return handed;
                        });
                    }
                    if (leaver != null) {
                        if (dismissed.size() >= DISMISSED_MAX) {
                            dismissed.clear(); // those of long ago know it by now
                        }
                        dismissed.add(leaver.id());
                    }
                    LOG.info("Changing the members from {} to {}", plan.before(), plan.after());
                    return board.node()
                            .changeMembers(plan.before(), plan.after())
                            .thenComposeAsync(
                                    changed -> {
                                        if (leaver != null) {
                                            bidFarewell(leaver, drain, by);
                                        }
                                        return done(true);
                                    },
                                    work);
                });
    }

    private void bidFarewell(Seat leaver, @Nullable Duration drain, @Nullable Attribution by) {
        retire.accept(leaver.id().member(), by);
        var unused = greeter.get().dismiss(leaver.address(), leaver.id(), drain).whenComplete((answer, failure) -> {
            if (failure != null) {
                LOG.debug("{} does not learn that it was removed", leaver, failure);
            }
        });
    }

    private CompletableFuture<Result> handOver(Board board, @Nullable Seat wanted, Present present) {
        if (wanted != null && !present.ids().contains(wanted.id())) {
            throw new RefusedException(
                    Refusal.CANNOT_LEAD, wanted.id().member() + " does not answer (expected: a member that lives)");
        }
        if (wanted != null && present.witnesses().contains(wanted.id())) {
            throw new RefusedException(
                    Refusal.CANNOT_LEAD, wanted.id().member() + " is a witness (expected: a member that proxies)");
        }
        Seat heir = wanted != null
                ? wanted
                : board.view().voters().stream()
                        .filter(seat -> present.ids().contains(seat.id()))
                        .filter(seat -> !present.witnesses().contains(seat.id()))
                        .filter(seat -> !seat.id().equals(board.view().self()))
                        .min(Comparator.comparing(
                                Seat::id,
                                HandOver.bestFirst(board.view(), board.node().acknowledged())))
                        .orElseThrow(() -> new RefusedException(
                                Refusal.CANNOT_LEAD,
                                "no other member that proxies answers (expected: one to hand leadership over to)"));
        return board.node()
                .transfer(heir.id(), HAND_OVER_TIMEOUT)
                .handleAsync((done, failure) -> handedOver(board, heir.id().member(), failure), work);
    }

    private Result handedOver(Board board, MemberId heir, @Nullable Throwable failure) {
        if (failure != null) {
            String why = heir + " did not take over: "
                    + RefusedException.cause(failure).getMessage();
            NodeView now = board.node().view();
            if (now == null || !now.leaderReady()) {
                throw noLeader(why); // it went to somebody, or is about to: whoever leads then knows better
            }
            throw new RefusedException(Refusal.CANNOT_LEAD, why);
        }
        return new Result.Done(true, new Status(status().voters(), status().learners(), heir, null));
    }

    private CompletableFuture<Result> done(boolean changed) {
        Status now = status();
        return CompletableFuture.completedFuture(
                new Result.Done(changed, new Status(now.voters(), now.learners(), now.leader(), null)));
    }

    /** Before the change it announces itself, or never if it is not taken in. */
    private void remember(MemberId newcomer, Attribution by) {
        if (asked.size() > Plan.VOTERS_MAX) {
            asked.clear(); // those of changes that failed
        }
        asked.put(newcomer, by);
    }

    /** Null unless this node leads, and is ready to. */
    private @Nullable Board board() {
        RatisNode open = node.get();
        NodeView view = open == null ? null : open.view();
        return open == null || view == null || !view.leaderReady() ? null : new Board(open, view);
    }

    /** The members as the leader knows them; null unless this node leads, and is ready to. */
    @Nullable NodeView leading() {
        Board board = board();
        return board == null ? null : board.view();
    }

    /** The change that this node makes, for people; null if it makes none. */
    @Nullable String underWay() {
        return underWay;
    }

    /** Whether that node was taken out in this term, which its own disk may not know yet. */
    boolean dismissed(RaftId id) {
        return dismissed.contains(id);
    }

    private CompletableFuture<Result> exclusively(
            String what, @Nullable Attribution by, Function<Board, CompletableFuture<Result>> work) {
        Board board = board();
        if (board == null) {
            return CompletableFuture.failedFuture(noLeader("this node does not lead any more"));
        }
        if (by != null && state.get().revoked(by)) {
            return CompletableFuture.completedFuture(
                    new Result.Refused(Refusal.REVOKED, by.actor() + " was removed before the change was made"));
        }
        synchronized (this) {
            String other = underWay != null ? underWay : board.view().settled() ? null : "a change of the voters";
            if (other != null) {
                return CompletableFuture.completedFuture(new Result.Refused(
                        Refusal.CHANGE_UNDER_WAY, other + " is under way (expected: one change at a time)"));
            }
            underWay = what;
        }
        CompletableFuture<Result> result;
        try {
            result = work.apply(board);
        } catch (RuntimeException e) {
            result = CompletableFuture.failedFuture(e);
        }
        return result.handle((value, failure) -> {
            synchronized (this) {
                underWay = null;
            }
            return failure == null ? value : told(what, failure);
        });
    }

    private static Result told(String what, Throwable failure) {
        Throwable cause = RefusedException.cause(failure);
        if (cause instanceof RefusedException refused) {
            return refused.result();
        }
        if (cause instanceof GatewayException known) {
            throw known;
        }
        String line = what + ": " + cause.getMessage();
        if (cause instanceof ChangeException change) {
            return switch (change.kind()) {
                case UNDER_WAY, REFUSED -> new Result.Refused(Refusal.CHANGE_UNDER_WAY, line);
                case NOT_CAUGHT_UP -> new Result.Refused(Refusal.NOT_CAUGHT_UP, line);
                case NOT_LEADER -> throw noLeader(line);
                case UNKNOWN -> throw new GatewayException(Kind.UNKNOWN_OUTCOME, line, change);
            };
        }
        LOG.error("{} failed", what, cause);
        throw new GatewayException(Kind.UNKNOWN_OUTCOME, line, cause);
    }

    private static GatewayException noLeader(String why) {
        return new GatewayException(Kind.NO_LEADER, why);
    }
}
