package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps connections to all members open, and ends those to members that were taken out. Followers have nothing to say to
 * each other until the leader is gone. Three handshakes in a row, in a process that has made few so far, would then take
 * longer than the election. Confined to one thread.
 */
public final class StandingConnections {
    private static final Logger LOG = LoggerFactory.getLogger(StandingConnections.class);

    /** A connection that stands costs nothing to ask for; one to a member that is down is tried this often. */
    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Executor connecting;
    private final Consumer<HostPort> others;
    private final AtomicBoolean asking = new AtomicBoolean();
    private Set<RaftId> connected = Set.of();
    private long askedNanos = System.nanoTime() - ASK_EVERY_NANOS;

    /**
     * For one node.
     *
     * @param connecting may block
     * @param others opens the connections to a member that are not those of Ratis; returns at once
     */
    public StandingConnections(Executor connecting, Consumer<HostPort> others) {
        this.connecting = connecting;
        this.others = others;
    }

    /** To be called several times a second. Returns at once. */
    public void look(RatisNode node, NodeView view) {
        long now = System.nanoTime();
        if (now - askedNanos < ASK_EVERY_NANOS || !asking.compareAndSet(false, true)) {
            return;
        }
        askedNanos = now;
        List<Seat> voters = List.copyOf(view.members());
        Set<RaftId> members = voters.stream().map(Seat::id).collect(Collectors.toSet());
        Set<RaftId> departed = new HashSet<>(connected);
        departed.removeAll(members);
        departed.remove(view.self());
        connected = view.settled() ? members : connected;
        RaftId self = view.self();
        connecting.execute(() -> {
            try {
                if (view.settled()) {
                    departed.forEach(node::endConnections);
                }
                for (Seat voter : voters) {
                    if (!voter.id().equals(self)) {
                        node.connect(voter.id());
                        others.accept(voter.address());
                    }
                }
            } catch (RuntimeException e) { // closed meanwhile, or a host that gRPC refuses: an election will say so
                LOG.debug("Not all connections to other members can be opened", e);
            } finally {
                asking.set(false);
            }
        });
    }
}
