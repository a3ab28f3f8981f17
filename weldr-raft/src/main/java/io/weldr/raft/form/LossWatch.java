package io.weldr.raft.form;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.form.Hello.Wish;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.RatisNode.LastEntry;
import io.weldr.raft.ratis.Seat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether this node's log lacks entries that the node has acknowledged: a disk lost what it had confirmed, or
 * damage made the last entry look like one that was never finished. Ratis notices neither. The leader would go on from
 * where it knew this node to be, which this node refuses, for ever; and the node's vote would count as if it had the
 * entries. Only the leader of that very term can tell: what a follower has acknowledged to it, no one but it could have
 * taken back. Confined to one thread.
 */
public final class LossWatch {
    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Greeter greeter;
    private long askedNanos = System.nanoTime() - ASK_EVERY_NANOS;
    private @Nullable Reign clear;
    private @Nullable Suspicion suspected;

    /** One leader's term as this life of the consensus part sees it: nothing is lost while it lives. */
    private record Reign(RatisNode life, RaftId leader, long term) {}

    private record Suspicion(Reign reign, long end, long acknowledged) {}

    public LossWatch(Greeter greeter) {
        this.greeter = greeter;
    }

    /**
     * Asks the leader, if there is one that was not asked yet. Blocks for {@link Greeter#ANSWER_TIMEOUT} at most.
     *
     * @return what is lost, for people; null if nothing is, as far as can be told
     */
    public @Nullable String look(RatisNode node, long nowNanos) {
        Reign reign = reign(node);
        if (reign == null || reign.equals(clear) || nowNanos - askedNanos < ASK_EVERY_NANOS) {
            return null;
        }
        NodeView view = node.view();
        Seat leader = view == null ? null : view.seat(reign.leader().member());
        if (leader == null) {
            return null;
        }
        askedNanos = nowNanos;
        HostPort address = leader.address();
        HelloAnswer answer =
                greeter.askAll(List.of(address), new Wish.Nothing()).get(address);
        if (answer == null || !answer.leading() || answer.term() != reign.term()) {
            return null;
        }
        long acknowledged = answer.acknowledged() == null ? -1 : answer.acknowledged();
        LastEntry last = node.lastEntry(); // after the answer: what was acknowledged meanwhile is in the log by now
        long end = last == null ? -1 : last.index();
        if (!reign.equals(reign(node))) {
            return null; // another leader may have cut the log by right
        }
        if (acknowledged <= end) {
            clear = reign;
            return null;
        }
        Suspicion now = new Suspicion(reign, end, acknowledged);
        if (!now.equals(suspected)) {
            suspected = now; // a snapshot may be on its way into the log: that ends by itself
            return null;
        }
        return "its log ends at " + end + ", but " + reign.leader().member() + ", the leader, has seen it acknowledge "
                + acknowledged + ": the disk lost what it had confirmed";
    }

    private static @Nullable Reign reign(RatisNode node) {
        NodeView view = node.view();
        return view == null || !view.running() || view.role() != NodeView.Role.FOLLOWER || view.leader() == null
                ? null
                : new Reign(node, view.leader(), view.term());
    }
}
