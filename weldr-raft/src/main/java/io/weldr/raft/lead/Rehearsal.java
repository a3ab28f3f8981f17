package io.weldr.raft.lead;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes, while there is a leader, the ways that an election takes. Followers have nothing to say to each other until their leader is gone, and
 * then the first word would cost a connection, and code that has never run: more time than the rest of the election. Confined to one thread.
 */
public final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    /** Sooner than whatever stands between nodes forgets a connection that is not used. */
    private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Consumer<HostPort> greet;
    private final Executor calls;
    private final Map<RaftId, Long> last = new HashMap<>();

    /**
     * @param greet asks the voter there what {@link Succession} would; returns at once
     * @param calls for what may block for a second
     */
    public Rehearsal(Consumer<HostPort> greet, Executor calls) {
        this.greet = greet;
        this.calls = calls;
    }

    /** To be called a few times a second; returns at once. */
    public void look(RatisNode node, NodeView view, long nowNanos) {
        if (!view.running() || view.role() != NodeView.Role.FOLLOWER || view.leader() == null || !view.votes()) {
            last.clear(); // whatever happens now, the ways have to be gone again after it
            return;
        }
        for (Seat voter : view.voters()) {
            Long before = last.get(voter.id());
            if (!voter.id().equals(view.self()) && (before == null || nowNanos - before > EVERY_NANOS)) {
                last.put(voter.id(), nowNanos);
                go(node, voter);
            }
        }
    }

    private void go(RatisNode node, Seat voter) {
        greet.accept(voter.address());
        try {
            calls.execute(() -> {
                try {
                    node.askForVoteInVain(voter.id());
                } catch (IOException | RuntimeException e) {
                    LOG.debug("{} does not answer: {}", voter.id(), e.toString());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }
}
