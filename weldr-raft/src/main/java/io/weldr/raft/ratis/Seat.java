package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;

/**
 * A member's place in the Raft configuration.
 *
 * @param learner it gets every entry and has no vote
 * @param priority a voter with a lower one does not get the vote of one with a higher one that has the same log, and a
 *     leader with a lower one hands over
 */
public record Seat(RaftId id, HostPort address, int priority, boolean learner) {
    /** One that leads only if nobody else can. */
    public static final int LOW = 0;

    /** The usual one, where there are low ones. */
    public static final int HIGH = 1;

    /** That of a voter. */
    public Seat(RaftId id, HostPort address, int priority) {
        this(id, address, priority, false);
    }

    public Seat withPriority(int other) {
        return new Seat(id, address, other, learner);
    }
}
