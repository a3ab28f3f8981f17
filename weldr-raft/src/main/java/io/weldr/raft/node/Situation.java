package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node sees at one moment. Immutable.
 *
 * @param nowNanos the time, as {@link System#nanoTime} counts it
 * @param opening counts how often the consensus part was opened; 0: it is closed
 * @param view how consensus stands; null while it is closed, or belongs to no group
 * @param last the last entry of the log; null: there is none
 * @param votersIndex the log index of the voters that this node saw last; negative if it saw none
 * @param voters where the voters are, as far as this node ever knew
 * @param members where members are, or were when this node last heard of them, itself not among them
 * @param leaderHeardNanos when it last heard of a leader, or when the process began
 * @param refusing for how long it has refused what the leader sends, beyond what mends itself; null: it does not
 * @param invitation what a leader has asked it to belong to; null: none has
 * @param farewell what the leader has said, who took it out; null: none has
 */
record Situation(
        long nowNanos,
        int opening,
        @Nullable NodeView view,
        @Nullable LastEntry last,
        long votersIndex,
        Map<RaftId, HostPort> voters,
        Set<HostPort> members,
        long leaderHeardNanos,
        @Nullable Duration refusing,
        Hello.Wish.@Nullable Invitation invitation,
        @Nullable Removal farewell) {}
