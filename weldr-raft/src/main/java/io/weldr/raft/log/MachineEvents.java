package io.weldr.raft.log;

import io.weldr.core.state.ClusterState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of the state machine for the rest of the module. Called on threads of Ratis, some of them under its
 * locks: every method hands over at once, never blocks and never calls Ratis.
 */
public interface MachineEvents {
    /** The log is applied up to {@code index}, which gave this state. Calls come in order, with growing indices. */
    void applied(ClusterState state, long index);

    /** A local submission passed the leader's checks: from here on it may be in the log. */
    void transactionStarted(long callId);

    /**
     * A change of the members was committed by the entry at {@code index}: these are the voters, as Ratis names them,
     * while they change, {@code before} were, and those are the learners.
     */
    void membersCommitted(long index, Set<String> voters, Set<String> before, Set<String> learners);

    /** Somebody else leads, or this node does, or it does not any more, or is ready to: look again. */
    void leadershipMoved();

    /**
     * The log, or a snapshot, holds what this program does not know: nothing is applied from here on.
     *
     * @param line what was found and what to do, for people
     */
    void newerVersionNeeded(String line);

    /**
     * A snapshot was written to disk; or it could not be, for that reason. The next attempt follows after some seconds.
     */
    default void snapshotSaved(@Nullable Throwable failure) {}

    /** The log cannot be written any more. */
    void logFailed(Throwable cause);

    /** Ratis closed this node's part in the group, or all of itself, for whatever reason. */
    void serverShutDown();
}
