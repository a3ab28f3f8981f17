package io.weldr.raft.members;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Nodes that ask the leader to be taken in, again and again until they are members. Any thread; never blocks. */
public final class JoinRequests {
    private static final Logger LOG = LoggerFactory.getLogger(JoinRequests.class);

    /** A node that asks to be taken in asks several times a second. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Changes changes;
    private final Map<MemberId, Failed> failed = new ConcurrentHashMap<>(); // cleared when something succeeds

    private record Failed(String why, long nanos) {}

    public JoinRequests(Changes changes) {
        this.changes = changes;
    }

    /**
     * A node asks to be taken in. Begins with it.
     *
     * @param again only in the place of its former self: who was taken out does not come back by itself
     * @return at once why not, for people; empty if it is under way or done
     */
    public String takeIn(RaftId id, HostPort address, boolean again) {
        NodeView view = changes.leading();
        if (view == null) {
            return "this node does not lead any more";
        }
        Seat seat = view.seat(id.member());
        if (seat != null && seat.id().equals(id)) {
            return "";
        }
        if (changes.dismissed(id)) {
            return "it was removed from this cluster"; // it does not know yet: the farewell is on its way
        }
        Failed last = failed.get(id.member());
        String lastFailure = last == null ? "" : last.why();
        String other = changes.underWay();
        if (other != null || (last != null && System.nanoTime() - last.nanos() < ASK_AGAIN_NANOS)) {
            return lastFailure.isEmpty() && other != null ? other + " is under way" : lastFailure;
        }
        LOG.info("Node {} asks to be added", id.member());
        Newcomer newcomer;
        try {
            newcomer = new Newcomer(id.member(), address);
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
        var unused = (again ? changes.restore(newcomer) : changes.add(newcomer, null))
                .whenComplete((result, failure) -> {
                    String why = failure != null
                            ? RefusedException.cause(failure).getMessage()
                            : result instanceof Result.Refused refused ? refused.detail() : null;
                    if (why == null) {
                        failed.clear();
                        LOG.info("Node {} is a member", id.member());
                    } else {
                        if (failed.size() > Plan.VOTERS_MAX) {
                            failed.clear(); // nobody has so many honest newcomers
                        }
                        failed.put(id.member(), new Failed(why, System.nanoTime()));
                        LOG.warn("Node {} was not added: {}", id.member(), why);
                    }
                });
        return lastFailure;
    }
}
