package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.form.Formation;
import io.weldr.raft.lead.Succession;
import io.weldr.raft.lead.Watchdog;
import io.weldr.raft.member.Changes;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.RatisNode.LastEntry;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** This node as {@link Formation} sees it. Any thread; {@link #open} blocks. */
final class FormationHost implements Formation.Host {
    private final ConsensusPart consensus;
    private final Watchdog watchdog;
    private final Succession succession;
    private final Changes changes;
    private final BooleanSupplier behind;
    private final BooleanSupplier ready;

    FormationHost(
            ConsensusPart consensus,
            Watchdog watchdog,
            Succession succession,
            Changes changes,
            BooleanSupplier behind,
            BooleanSupplier ready) {
        this.consensus = consensus;
        this.watchdog = watchdog;
        this.succession = succession;
        this.changes = changes;
        this.behind = behind;
        this.ready = ready;
    }

    @Override
    public void open(RatisNode.Group group) throws IOException {
        RatisNode node = consensus.node();
        if (node == null) {
            throw new IOException("the consensus part is closed");
        }
        if (node.view() == null) {
            try {
                node.add(group);
            } catch (Throwable e) {
                consensus.restart(String.valueOf(e.getMessage())); // it may be half open
                throw e;
            }
            watchdog.wake();
        }
    }

    @Override
    public @Nullable NodeView view() {
        return consensus.view();
    }

    @Override
    public @Nullable RaftId gone() {
        return succession.gone();
    }

    @Override
    public @Nullable LastEntry last() {
        RatisNode node = consensus.node();
        return node == null ? null : node.lastEntry();
    }

    @Override
    public @Nullable Long acknowledged(RaftId follower) {
        RatisNode node = consensus.node();
        return node == null ? null : node.acknowledged().get(follower);
    }

    @Override
    public boolean leading() {
        return watchdog.acting();
    }

    @Override
    public boolean behind() {
        return behind.getAsBoolean();
    }

    @Override
    public boolean ready() {
        return ready.getAsBoolean();
    }

    @Override
    public String takeIn(RaftId id, HostPort address, boolean again) {
        return changes.takeIn(id, address, again);
    }
}
