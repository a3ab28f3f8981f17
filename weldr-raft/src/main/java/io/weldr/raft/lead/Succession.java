package io.weldr.raft.lead;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices at once when the leader's process dies, instead of an election timeout later. The kernel closes a dead process'
 * connections within milliseconds, and then refuses new ones at its port; only both together count, because an election
 * without asking whether the others still hear the leader must not be started against one that lives. Followers take turns, those that
 * are to lead first, then in the order of their ids, so that they do not split the vote.
 */
public final class Succession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    /** A refused connection is refused at once. */
    private static final int PROBE_MILLIS = 100;

    /** The kernel closes one socket of a dying process after the other. */
    private static final int PROBES_MAX = 10;

    private static final long PROBE_EVERY_MILLIS = 10;

    /** An election takes some 20 ms; then the next in line needs not stand. */
    private static final long TURN_MILLIS = 60;

    private final PeerLink link;
    private final ScheduledExecutorService thread;
    private final Supplier<@Nullable RatisNode> node;
    private final Supplier<@Nullable NodeView> view;
    private @Nullable Watched watched; // guarded by this

    private record Leader(RaftId id, HostPort address, long term) {}

    private record Watched(Leader leader, Runnable end) {}

    /** {@code thread} may block for a moment; {@code view} is how consensus stands now. */
    public Succession(
            PeerLink link,
            ScheduledExecutorService thread,
            Supplier<@Nullable RatisNode> node,
            Supplier<@Nullable NodeView> view) {
        this.link = link;
        this.thread = thread;
        this.node = node;
        this.view = view;
    }

    /** Keeps an eye on whoever leads now. Returns at once. */
    public synchronized void follow(@Nullable NodeView now) {
        Leader leader = now == null ? null : leader(now);
        if (watched != null && leader != null && watched.leader().equals(leader)) {
            return;
        }
        if (watched != null) {
            watched.end().run();
            watched = null;
        }
        if (leader != null) {
            watched = new Watched(leader, link.presence(leader.address(), () -> gone(leader)));
        }
    }

    /** Whom this node follows; null if nobody, or if it has no vote to succeed with. */
    private @Nullable Leader leader(NodeView now) {
        RaftId id = now.leader();
        if (now.role() != NodeView.Role.FOLLOWER || id == null || id.equals(now.self()) || !now.votes()) {
            return null;
        }
        return now.voters().stream()
                .filter(voter -> voter.id().equals(id))
                .map(voter -> new Leader(id, voter.address(), now.term()))
                .findFirst()
                .orElse(null);
    }

    private void gone(Leader leader) {
        try {
            thread.execute(() -> prove(leader, PROBES_MAX));
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    private void prove(Leader leader, int probesLeft) {
        if (!stillFollows(leader)) {
            return;
        }
        if (refuses(leader.address())) {
            NodeView now = view.get();
            long turn = now == null ? 0 : turn(now, leader.id());
            LOG.info("The process of the leader, {}, is gone; standing for election in {} ms", leader.id(), turn);
            var unused = thread.schedule(() -> stand(leader), turn, TimeUnit.MILLISECONDS);
        } else if (probesLeft > 1) {
            var unused =
                    thread.schedule(() -> prove(leader, probesLeft - 1), PROBE_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            // It lives; only the connection ended. Look again, not too often.
            var unused = thread.schedule(() -> lookAgain(leader), 1, TimeUnit.SECONDS);
        }
    }

    private synchronized void lookAgain(Leader leader) {
        if (watched != null && watched.leader().equals(leader)) {
            watched = null;
        }
    }

    private static long turn(NodeView now, RaftId leader) {
        List<RaftId> line = now.voters().stream()
                .filter(seat -> !seat.id().equals(leader))
                .sorted(Comparator.comparingInt(Seat::priority).reversed().thenComparing(Seat::id))
                .map(Seat::id)
                .toList();
        return Math.max(0, line.indexOf(now.self())) * TURN_MILLIS;
    }

    private boolean stillFollows(Leader leader) {
        NodeView now = view.get();
        return now != null && leader.equals(leader(now));
    }

    private static boolean refuses(HostPort address) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(address.host(), address.port()), PROBE_MILLIS);
            return false;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused"); // and not: no route, or the like
        } catch (IOException e) {
            return false; // silence is no proof: the election timeout decides
        }
    }

    private void stand(Leader leader) {
        RatisNode open = node.get();
        if (open == null || !stillFollows(leader)) {
            return;
        }
        try {
            open.standForElection(leader.id(), leader.term());
        } catch (IOException | RuntimeException e) {
            LOG.info("Not standing for election: {}", e.toString());
        }
    }

    @Override
    public synchronized void close() {
        if (watched != null) {
            watched.end().run();
            watched = null;
        }
    }
}
