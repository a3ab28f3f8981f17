package io.weldr.raft;

import static java.util.Objects.requireNonNull;

import io.weldr.raft.node.Identity;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;

/** What tests see of a node's inside, and do to it. */
final class Inside {
    private Inside() {}

    /** As if the process died, as far as that can be had from within. */
    static void kill(RaftCluster node) {
        node.parts.close(false);
    }

    /** Hands leadership over; whether it leads no more. Blocks until it is done. */
    static boolean transferLeadership(RaftCluster leader) {
        return leader.parts.handOver.toWhoeverLacksLeast(null);
    }

    /** Closes and opens the consensus part, as after a failure. */
    static void restartConsensus(RaftCluster node, String why) {
        node.parts.consensus.restart(why);
    }

    /** Puts bytes into the log of a leader, without looking at them, as a leader of a newer version might. */
    static void append(RaftCluster leader, byte[] entry) {
        RatisNode node = ratis(leader);
        var unused = node.submit(node.nextCallId(), entry);
    }

    /** Drops the connections to the other voters, as after a long silence. */
    static void dropConnections(RaftCluster node) {
        for (Seat voter : requireNonNull(node.parts.leading.moment().view()).voters()) {
            if (!voter.id().member().equals(node.parts.settings.self())) {
                ratis(node).resetConnections(voter.id());
            }
        }
    }

    private static RatisNode ratis(RaftCluster node) {
        return requireNonNull(node.parts.consensus.node());
    }

    /** How far its folder is. */
    static Identity.Standing standing(RaftCluster node) {
        return node.parts.life().standing();
    }

    /** How Raft knows it. */
    static RaftId raftId(RaftCluster node) {
        return node.parts.life().raftId();
    }
}
