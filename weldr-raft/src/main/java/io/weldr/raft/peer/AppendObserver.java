package io.weldr.raft.peer;

/**
 * Hears what leaders ask of this follower at its Raft port, and what it answers. Called on threads of gRPC, by several
 * at once; every method returns at once.
 */
public interface AppendObserver {
    /** A leader says that it has committed up to {@code leaderCommit}. */
    void asked(long leaderTerm, long leaderCommit);

    /**
     * The answer to a leader that this follower recognises.
     *
     * @param term the term of this follower
     * @param heartbeat the leader sent no entries
     */
    void answered(long term, boolean heartbeat, boolean accepted);

    /** Whether to take a snapshot right now. If not, the leader is told to try again. */
    boolean takesSnapshots();

    /** A part of the leader's snapshot was taken; if it was the last one, the snapshot is in place. */
    void snapshotPart(boolean last);

    /** The leader's snapshot could not be taken. */
    void snapshotFailed(String why);
}
