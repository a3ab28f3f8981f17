package io.weldr.raft.workaround;

import java.util.EnumSet;
import java.util.Set;

/**
 * What weldr does because of something that Ratis 3.3.0 does: where it is put right, and the test that fails without
 * it. To find out whether a new version of Ratis still needs one, run that test with the system property {@value
 * #WITHOUT} set to its name, or to several with commas between them. Never set it on a node that holds data. Where no
 * test fails, what is lost is time, or takes a slow disk or network to be seen.
 */
public enum Workaround {
    /**
     * A heartbeat commits an entry that was never compared with the leader's. {@code ratis.PeerMessages};
     * PeerMessagesTest, PlayedMembersIT.
     */
    COMPARED_COMMITS,

    /** Appends and votes are handled at the same time. {@code ratis.PeerMessages}; PlayedMembersIT. */
    MESSAGES_IN_TURN,

    /**
     * New voters are dropped together with the end of a log that contradicts them. {@code node.ConsensusPart}; CutIT.
     */
    COMMITTED_VOTERS,

    /**
     * A follower that lost the end of its log, or whose answer was lost, is sent heartbeats for ever (RATIS-2523).
     * {@code leader.Healer}; HealerTest.
     */
    NUDGES,

    /**
     * A log that ends before its snapshot is opened, and each append to it refused. {@code ratis.RatisNode};
     * DamagedLogIT.
     */
    WHOLE_LOGS,

    /** The file with the vote is renamed, and the folder not forced. {@code log.VoteFile}; PowerLossIT. */
    FORCED_VOTES,

    /**
     * A group that was opened as nobody and then made a listener never gets a vote. {@code node.LifeCycle}; LearnerIT.
     */
    LEARNERS_AS_LISTENERS,

    /**
     * A leader never notes that a learner has caught up: if any node fails to join, it sends the learner nothing more.
     * {@code ratis.CaughtUp}; LearnerIT.
     */
    CAUGHT_UP_LEARNERS,

    /**
     * An asynchronous call waits for a lock that is held while the disk is written. {@code ratis.Entrance};
     * no test fails.
     */
    CALLS_ASIDE,

    /**
     * A snapshot that cannot be taken is sent again ten times a second, and each attempt stays on the disk. {@code
     * peer.ObservedPort}, {@code ratis.Leftovers}; no test fails.
     */
    SNAPSHOT_PAUSES,

    /**
     * A connection that was cut is opened again in TCP's own time. {@code ratis.PeerChannels}; no test fails.
     */
    NEW_CONNECTIONS,

    /** A port that is taken ends the process. {@code node.ConsensusPart}; no test fails. */
    PORT_PROBE,

    /**
     * Closing takes a second, and seconds more for each peer that is gone. {@code ratis.LogWorkerEnd}, {@code
     * ratis.RatisNode}; no test fails.
     */
    QUICK_CLOSE;

    /** Names those to leave out. */
    public static final String WITHOUT = "weldr.ratis.without";

    private static final Set<Workaround> LEFT_OUT = named(System.getProperty(WITHOUT, ""));

    /** Whether it is used. */
    public boolean used() {
        return !LEFT_OUT.contains(this);
    }

    /** Those that are not. */
    public static Set<Workaround> leftOut() {
        return Set.copyOf(LEFT_OUT);
    }

    private static Set<Workaround> named(String names) {
        Set<Workaround> all = EnumSet.noneOf(Workaround.class);
        for (String name : names.split(",", -1)) {
            if (!name.isBlank()) {
                all.add(named(names, name.trim()));
            }
        }
        return all;
    }

    private static Workaround named(String names, String name) {
        try {
            return valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    WITHOUT + "=" + names + ": " + name + " is no workaround (expected: some of "
                            + EnumSet.allOf(Workaround.class) + ")",
                    e);
        }
    }
}
