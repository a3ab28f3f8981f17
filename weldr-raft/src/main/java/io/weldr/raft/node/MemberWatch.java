package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.node.Step.Action;
import io.weldr.raft.node.Step.Ask;
import io.weldr.raft.node.Step.Look;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a member finds out that it is not what it takes itself for: that its log lacks what it has acknowledged, that it
 * can never go on with its log, or that it was taken out. Pure, as {@link LifeCycle} is, of which it is a part.
 */
final class MemberWatch {
    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a farewell may take from whoever took this node out. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A leader that was not heard for so many of the longest election timeouts does not speak to this node any more. */
    private static final int DEAF_ELECTION_TIMEOUTS = 3;

    /**
     * How often a follower that refuses everything asks whether the cluster can do without its log, and says why not.
     */
    static final long REFUSAL_ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** A log that was set aside and refuses everything is not set aside again so soon: it did not help. */
    static final long SET_ASIDE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final long deafNanos;

    MemberWatch(RaftSettings settings) {
        this.deafNanos = DEAF_ELECTION_TIMEOUTS * settings.electionTimeoutMax().toNanos();
    }

    /**
     * What it remembers from one step to the next.
     *
     * @param loss of {@link #lookForLoss}
     * @param refusalNanos when it looked last whether the cluster can do without this log; null: never
     * @param setAsideNanos when the log before this one was set aside; null: none was
     * @param removal of {@link #lookForRemoval}
     */
    record Memory(
            LossMemory loss,
            @Nullable Long refusalNanos,
            @Nullable Long setAsideNanos,
            RemovalMemory removal) {

        static final Memory NONE =
                new Memory(new LossMemory(null, null, null), null, null, new RemovalMemory(null, null));

        Memory setAside(long nowNanos) {
            return new Memory(NONE.loss, refusalNanos, nowNanos, NONE.removal);
        }
    }

    /** One leader's term as one opening of the consensus part sees it: nothing is lost while it lasts. */
    record Reign(int opening, RaftId leader, long term) {}

    record Suspicion(Reign reign, long end, long acknowledged) {}

    /** When a leader was asked, who said that nothing is lost, and what seemed to be. */
    record LossMemory(
            @Nullable Long askedNanos,
            @Nullable Reign clear,
            @Nullable Suspicion suspected) {}

    /** When the voters last had this node among them, and when others were asked. */
    record RemovalMemory(
            @Nullable Long insideNanos, @Nullable Long askedNanos) {}

    Step step(Life life, Situation now) {
        return lookForLoss(life, now, whole -> lookForRefusal(whole, now, accepting -> lookForRemoval(accepting, now)));
    }

    private static boolean due(@Nullable Long before, Situation now, long everyNanos) {
        return before == null || now.nowNanos() - before >= everyNanos;
    }

    private static Step broken(Life life, String why, boolean votes) {
        return Step.done(LifeCycle.damaged(life, why, votes), new Action.Restart(why));
    }

    /**
     * Whether this node's log lacks entries that the node has acknowledged: a disk lost what it had confirmed, or damage
     * made the last entry look like one that was never finished. Ratis notices neither. The leader would go on from
     * where it knew this node to be, which this node refuses, for ever; and the node's vote would count as if it had
     * the entries. Only the leader of that very term can tell: what a follower has acknowledged to it, no one but it
     * could have taken back.
     */
    private static Step lookForLoss(Life life, Situation now, Function<Life, Step> rest) {
        LossMemory memory = life.watch().loss();
        Reign reign = reign(now);
        NodeView view = now.view();
        Seat leader =
                reign == null || view == null ? null : view.seat(reign.leader().member());
        if (reign == null
                || leader == null
                || reign.equals(memory.clear())
                || !due(memory.askedNanos(), now, ASK_EVERY_NANOS)) {
            return rest.apply(life);
        }
        HostPort address = leader.address();
        return new Ask(
                List.of(address),
                new Wish.Nothing(),
                answers -> new Look(later -> {
                    // After the answer: what was acknowledged meanwhile is in the log by now.
                    HelloAnswer answer = answers.get(address);
                    LossMemory asked = new LossMemory(now.nowNanos(), memory.clear(), memory.suspected());
                    if (answer == null
                            || !answer.leading()
                            || answer.term() != reign.term()
                            || !reign.equals(reign(later))) { // another leader may have cut the log by right
                        return rest.apply(remember(life, asked));
                    }
                    LastEntry last = later.last();
                    long end = last == null ? -1 : last.index();
                    long acknowledged = answer.acknowledged() == null ? -1 : answer.acknowledged();
                    if (acknowledged <= end) {
                        return rest.apply(remember(life, new LossMemory(now.nowNanos(), reign, null)));
                    }
                    Suspicion found = new Suspicion(reign, end, acknowledged);
                    if (!found.equals(
                            memory.suspected())) { // a snapshot may be on its way into the log: that ends by itself
                        return rest.apply(remember(life, new LossMemory(now.nowNanos(), memory.clear(), found)));
                    }
                    return broken(
                            remember(life, asked),
                            "its log ends at " + end + ", but " + reign.leader().member()
                                    + ", the leader, has seen it acknowledge " + acknowledged
                                    + ": the disk lost what it had confirmed",
                            false);
                }));
    }

    private static Life remember(Life life, LossMemory loss) {
        Memory now = life.watch();
        return life.watching(new Memory(loss, now.refusalNanos(), now.setAsideNanos(), now.removal()));
    }

    private static @Nullable Reign reign(Situation now) {
        NodeView view = now.view();
        RaftId leader = view == null ? null : view.leader();
        return view == null || !view.running() || view.role() != NodeView.Role.FOLLOWER || leader == null
                ? null
                : new Reign(now.opening(), leader, view.term());
    }

    /**
     * Whether the log has refused, for long, what the leader sends: it then holds a committed entry that the leader does
     * not have, and can never go on. A follower whose disk is slow answers late, and one that is being sent a snapshot
     * takes its parts: both are no refusal.
     */
    private static Step lookForRefusal(Life life, Situation now, Function<Life, Step> rest) {
        Memory memory = life.watch();
        Duration refusing = now.refusing();
        NodeView view = now.view();
        if (refusing == null || !due(memory.refusalNanos(), now, REFUSAL_ASK_EVERY_NANOS)) {
            return rest.apply(life);
        }
        Life looked =
                life.watching(new Memory(memory.loss(), now.nowNanos(), memory.setAsideNanos(), memory.removal()));
        if (view == null || reign(now) == null || !due(memory.setAsideNanos(), now, SET_ASIDE_EVERY_NANOS)) {
            return rest.apply(looked);
        }
        String why = "its log refuses everything that the leader, " + view.leadingMember() + ", sends, since "
                + refusing.toSeconds() + " s";
        return SetAside.obstacle(
                looked.identity(),
                SetAside.whereMembersAre(now),
                obstacle -> obstacle == null
                        ? broken(looked, why, true)
                        : Step.done(
                                looked,
                                new Action.Tell(
                                        true,
                                        "This node cannot continue: " + why + ". It keeps the log: " + obstacle)));
    }

    /**
     * Whether this node was taken out. Raft does not tell the one who is taken out: it only stops to speak to it. So the
     * leader says farewell. Others are asked if no leader speaks to this node any more, or if this node is none of those
     * who vote: a leader of Ratis' that was elected in the middle of the change goes on speaking to whom the change took
     * out.
     */
    private Step lookForRemoval(Life life, Situation now) {
        Removal said = now.farewell();
        if (said != null) {
            return Step.done(life.leave(said));
        }
        RemovalMemory memory = life.watch().removal();
        NodeView view = now.view();
        boolean outside = view != null && view.settled() && !view.belongs(); // by voters that may be of long ago
        Long before = memory.insideNanos();
        long inside = outside && before != null ? before : now.nowNanos();
        boolean deaf = now.nowNanos() - now.leaderHeardNanos() > deafNanos;
        // The log says it first, the leader a moment later, who also knows for how long to go on.
        boolean unsaid = now.nowNanos() - inside > FAREWELL_NANOS;
        boolean asks = (deaf || unsaid) && due(memory.askedNanos(), now, ASK_EVERY_NANOS);
        Memory old = life.watch();
        Life looked = life.watching(new Memory(
                old.loss(),
                old.refusalNanos(),
                old.setAsideNanos(),
                new RemovalMemory(inside, asks ? Long.valueOf(now.nowNanos()) : memory.askedNanos())));
        if (!deaf && !unsaid) {
            looked = looked.waitingFor(null);
        }
        return asks ? askWhetherRemoved(looked, now) : Step.done(looked);
    }

    /** Asks members whether this node was taken out. What is found holds until the folder is emptied. */
    static Step askWhetherRemoved(Life life, Situation now) {
        UUID group = life.identity().group();
        if (group == null || life.identity().standing() != Identity.Standing.MEMBER) {
            return Step.done(life);
        }
        return new Ask(
                now.members(),
                new Wish.Nothing(),
                answers -> new Look(later -> {
                    Removal said = later.farewell(); // the leader may have said so meanwhile, and for how long to go on
                    if (said != null) {
                        return Step.done(life.leave(said));
                    }
                    boolean out = answers.values().stream()
                            .anyMatch(answer ->
                                    answer.provesRemovalOf(life.identity().raftId(), group, now.votersIndex()));
                    return Step.done(
                            out
                                    ? life.leave(new Removal(group, null))
                                    : life.waitingFor(elsewhere(group, answers.values())));
                }));
    }

    /** That a member belongs to another cluster now, as after a recovery without this node; null: none that answers does. */
    private static @Nullable String elsewhere(UUID group, Collection<HelloAnswer> answers) {
        for (HelloAnswer answer : answers) {
            if (answer.standing() == Identity.Standing.MEMBER && !group.equals(answer.group())) {
                return "a leader of cluster " + group + ", but node "
                        + answer.id().member()
                        + " belongs to another cluster, " + answer.group()
                        + " (to have this node join that one, stop it, empty its data folder and start it)";
            }
        }
        return null;
    }
}
