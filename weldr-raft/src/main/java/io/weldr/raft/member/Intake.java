package io.weldr.raft.member;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RatisNode;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes nodes in that ask the leader for it, one at a time. They keep asking, so nothing is kept or retried here. */
public final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** More voters make each write slower and nothing safer. */
    private static final int VOTERS_MAX = 9;

    private final Supplier<@Nullable RatisNode> node;
    private @Nullable MemberId underWay; // guarded by this
    private String lastFailure = ""; // guarded by this

    public Intake(Supplier<@Nullable RatisNode> node) {
        this.node = node;
    }

    /** Starts to take {@code id} in. Returns at once why not, for people; empty if it is under way. */
    public synchronized String takeIn(MemberId id, HostPort address) {
        RatisNode open = node.get();
        NodeView view = open == null ? null : open.view();
        if (open == null || view == null || !view.leaderReady()) {
            return "this node does not lead any more";
        }
        if (view.voters().size() >= VOTERS_MAX) {
            return "the cluster has " + view.voters().size() + " voters (expected: fewer than " + VOTERS_MAX + ")";
        }
        if (underWay != null) {
            return underWay.equals(id) ? lastFailure : "node " + underWay + " is being taken in first";
        }
        underWay = id;
        LOG.info("Taking in node {} at {}", id, address);
        var unused = open.addVoter(id, address).whenComplete((done, failure) -> ended(id, failure));
        return lastFailure;
    }

    private synchronized void ended(MemberId id, @Nullable Throwable failure) {
        underWay = null;
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        lastFailure = cause == null ? "" : "the last attempt failed: " + cause.getMessage();
        if (cause == null) {
            LOG.info("Node {} is a member", id);
        } else {
            LOG.warn("Node {} was not taken in: {}", id, cause.getMessage());
        }
    }
}
