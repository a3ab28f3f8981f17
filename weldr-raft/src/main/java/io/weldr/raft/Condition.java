package io.weldr.raft;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftCluster.Farewell;
import io.weldr.raft.client.AppliedIndex;
import io.weldr.raft.leader.GivingWay;
import io.weldr.raft.leader.LeaderProof.Finding;
import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.node.FollowerProgress;
import io.weldr.raft.node.Identity;
import io.weldr.raft.node.NodeLife;
import io.weldr.raft.ratis.NodeView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How this node stands in its cluster, and what troubles it. {@link #observe} is called by the watchdog's thread alone;
 * everything else may be called by any thread, and answers from memory.
 */
final class Condition {
    private final MemberId self;
    private final ConsensusPart consensus;
    private final FollowerProgress progress;
    private final GivingWay givingWay;
    private final AppliedIndex applied;
    private final Leading leading;
    private final Supplier<@Nullable NodeLife> life; // null before the start
    private final Supplier<@Nullable Farewell> farewell; // null unless it was taken out
    private final AtomicLong terms = new AtomicLong();
    private volatile boolean heldState; // written by the watchdog's thread
    private volatile @Nullable String behind; // written by the watchdog's thread
    private volatile boolean hearing; // written by the watchdog's thread: what is known of that is of now

    Condition(
            MemberId self,
            ConsensusPart consensus,
            FollowerProgress progress,
            GivingWay givingWay,
            AppliedIndex applied,
            Leading leading,
            Supplier<@Nullable NodeLife> life,
            Supplier<@Nullable Farewell> farewell) {
        this.self = self;
        this.consensus = consensus;
        this.progress = progress;
        this.givingWay = givingWay;
        this.applied = applied;
        this.leading = leading;
        this.life = life;
        this.farewell = farewell;
    }

    void observe(Moment moment) {
        NodeView view = moment.view();
        if (view != null) {
            terms.accumulateAndGet(view.term(), Math::max);
            look(moment, view);
        } else {
            hearing = false;
        }
        // A log that opened empty, because the disk lost what it had confirmed, is no member's: members announce
        // themselves. A consensus part that is closed for good, because it needs a newer program, has said what it
        // knows.
        boolean whole = view == null ? consensus.outdated() : view.running();
        if (whole
                && standing() == Identity.Standing.MEMBER
                && applied.state().get().revision() > 0) {
            heldState = true;
        }
    }

    /** Whether the state was, at some time since the start, what a member holds. */
    boolean holdsState() {
        return heldState;
    }

    /** The highest Raft term that this node has seen. */
    long highestTerm() {
        return terms.get();
    }

    /** Why this node was behind its leader when it last heard one, for people; null if it was not. */
    @Nullable String behind() {
        return behind;
    }

    private Identity.@Nullable Standing standing() {
        NodeLife ours = life.get();
        return ours == null ? null : ours.standing();
    }

    private void look(Moment moment, NodeView view) {
        if (moment.finding() == Finding.ACTING) {
            progress.leading();
            behind = null;
            hearing = true;
            return;
        }
        boolean follows = view.role() != NodeView.Role.LEADER && view.running();
        if (follows) {
            progress.applied(view.appliedIndex(), view.appliedTerm());
        }
        // A node that is being taken in says that it waits.
        hearing = follows && standing() == Identity.Standing.MEMBER && progress.hears();
        if (hearing) {
            behind = progress.behind(view.appliedIndex());
        }
    }

    /** How this node sees the cluster. */
    ClusterStatus status() {
        Moment moment = leading.moment();
        NodeView view = moment.view();
        String trouble = trouble();
        boolean acting = leading.acts();
        Duration contact = acting ? Duration.ZERO : progress.age();
        if (farewell.get() != null) {
            return new ClusterStatus(
                    self,
                    Role.REMOVED,
                    terms.get(),
                    null,
                    false,
                    applied.get(),
                    applied.get(),
                    List.of(),
                    contact,
                    trouble);
        }
        if (view == null) {
            Role role = consensus.node() == null ? closed() : Role.WAITING;
            return new ClusterStatus(
                    self, role, 0, null, false, applied.get(), applied.get(), List.of(), contact, trouble);
        }
        return new ClusterStatus(
                self,
                role(view),
                view.term(),
                view.leadingMember(),
                acting,
                Math.max(0, view.commitIndex()),
                Math.max(0, applied.get()),
                status(view, false),
                status(view, true),
                acting ? silences(view) : Map.of(),
                contact,
                trouble);
    }

    /** Ratis has one that just came to lead begin with a silence that never was. */
    private static Map<MemberId, Duration> silences(NodeView view) {
        Map<MemberId, Duration> silences = new TreeMap<>();
        view.silentMillis()
                .forEach((id, millis) ->
                        silences.put(id.member(), Duration.ofMillis(Math.min(millis, view.roleMillis()))));
        return silences;
    }

    private static List<ClusterStatus.Voter> status(NodeView view, boolean learners) {
        return view.members().stream()
                .filter(seat -> seat.learner() == learners)
                .map(seat -> new ClusterStatus.Voter(seat.id().member(), seat.address()))
                .toList();
    }

    private Role role(NodeView view) {
        if (consensus.node() == null) {
            return closed();
        }
        if (!view.running() || standing() == Identity.Standing.JOINING) {
            return Role.WAITING; // what it has is not yet what the cluster has
        }
        return switch (view.role()) {
            case LEADER -> Role.LEADER;
            case CANDIDATE -> Role.CANDIDATE;
            case FOLLOWER -> view.votes() || !view.belongs() ? Role.FOLLOWER : Role.LEARNER;
        };
    }

    /** Only who has been a member has a state to go on with. */
    private Role closed() {
        return standing() == Identity.Standing.MEMBER ? Role.CLOSED : Role.WAITING;
    }

    private @Nullable String trouble() {
        Farewell last = farewell.get();
        if (last != null) {
            return last.line();
        }
        String worst = handicap();
        if (worst != null) {
            return worst;
        }
        if (leading.moment().finding() == Finding.SUSPENDED) {
            return "this node leads, but does not act as leader: its process paused, and a majority has yet to answer again";
        }
        String disk = consensus.snapshotTrouble();
        if (disk != null) {
            return disk;
        }
        String snapshot = progress.snapshotFailure();
        if (snapshot != null) {
            return snapshot;
        }
        NodeLife ours = life.get();
        String waiting = ours == null ? null : ours.waitingFor();
        return waiting == null ? null : "waiting for " + waiting;
    }

    /** Why this node cannot write, or lags behind, for people; null if it does neither. */
    @Nullable String handicap() {
        String closed = consensus.trouble();
        if (closed != null) {
            return closed;
        }
        String slow = givingWay.slowDisk();
        if (slow != null) {
            return slow;
        }
        String stall = givingWay.stall();
        if (stall != null) {
            return "this node leads, and " + stall;
        }
        if (heldState && standing() == Identity.Standing.JOINING) {
            return "this node lost its log; its state is older until the members add it again";
        }
        String late = hearing ? behind : null;
        if (late == null) {
            return null;
        }
        String snapshot = progress.snapshotFailure();
        return "this node is behind: " + late + (snapshot == null ? "" : "; " + snapshot);
    }
}
