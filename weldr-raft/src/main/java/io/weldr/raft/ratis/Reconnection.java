package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.peer.PeerSecurity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has Ratis make its connections to other members anew when the secret of the cluster was replaced: with the
 * certificate that they were made with, they would not be accepted any more once the old secret is dropped. While a
 * cluster moves to TLS, also when a member begins to speak it, or does not any more. Confined to one thread.
 */
public final class Reconnection {
    private static final Logger LOG = LoggerFactory.getLogger(Reconnection.class);

    /** While a cluster moves to TLS: how soon it is noticed that a member has restarted with it. */
    private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A connection that does not come about is not made anew in every look. */
    private static final long RESET_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PeerSecurity security;
    private final Consumer<HostPort> ask;
    private final Executor resetting;
    private final Map<RaftId, Long> resetNanos = new HashMap<>();
    private final Set<RaftId> due = new HashSet<>();
    private long generation;
    private long askedNanos = System.nanoTime() - ASK_EVERY_NANOS;

    /**
     * For one node.
     *
     * @param ask finds out how the member at that address speaks; returns at once
     * @param resetting may block
     */
    public Reconnection(PeerSecurity security, Consumer<HostPort> ask, Executor resetting) {
        this.security = security;
        this.ask = ask;
        this.resetting = resetting;
    }

    /** To be called several times a second. Returns at once. */
    public void look(RatisNode node, NodeView view) {
        long nowNanos = System.nanoTime();
        long now = security.generation();
        boolean asks = security.speaksBoth() && nowNanos - askedNanos >= ASK_EVERY_NANOS;
        if (asks) {
            askedNanos = nowNanos;
        }
        Set<RaftId> voters = new HashSet<>();
        for (Seat voter : view.members()) {
            if (voter.id().equals(view.self())) {
                continue;
            }
            voters.add(voter.id());
            if (asks) {
                ask.accept(voter.address());
            }
            if (generation != 0 && now != generation) {
                due.add(voter.id());
            }
            Long reset = resetNanos.get(voter.id());
            if ((due.contains(voter.id()) || node.speaksOtherwise(voter))
                    && (reset == null || nowNanos - reset >= RESET_EVERY_NANOS)) {
                due.remove(voter.id());
                resetNanos.put(voter.id(), nowNanos);
                LOG.debug("The connections to {} are made anew", voter.id());
                resetting.execute(() -> node.resetConnections(voter.id()));
            }
        }
        generation = now;
        due.retainAll(voters);
        resetNanos.keySet().retainAll(voters);
    }
}
