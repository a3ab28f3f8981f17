package io.weldr.raft.ratis;

import io.weldr.core.state.ClusterState;
import io.weldr.raft.log.MachineEvents;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes events on until they are not wanted any more: a server that could not be opened closes, and that is no event.
 */
final class GuardedEvents implements MachineEvents {
    private final MachineEvents to;
    private volatile boolean muted;

    GuardedEvents(MachineEvents to) {
        this.to = to;
    }

    void mute() {
        muted = true;
    }

    @Override
    public void applied(ClusterState state, long index) {
        if (!muted) {
            to.applied(state, index);
        }
    }

    @Override
    public void transactionStarted(long callId) {
        if (!muted) {
            to.transactionStarted(callId);
        }
    }

    @Override
    public void membersCommitted(long index, Set<String> voters, Set<String> before, Set<String> learners) {
        if (!muted) {
            to.membersCommitted(index, voters, before, learners);
        }
    }

    @Override
    public void leadershipMoved() {
        if (!muted) {
            to.leadershipMoved();
        }
    }

    @Override
    public void newerVersionNeeded(String line) {
        if (!muted) {
            to.newerVersionNeeded(line);
        }
    }

    @Override
    public void snapshotSaved(@Nullable Throwable failure) {
        if (!muted) {
            to.snapshotSaved(failure);
        }
    }

    @Override
    public void logFailed(Throwable cause) {
        if (!muted) {
            to.logFailed(cause);
        }
    }

    @Override
    public void serverShutDown() {
        if (!muted) {
            to.serverShutDown();
        }
    }
}
