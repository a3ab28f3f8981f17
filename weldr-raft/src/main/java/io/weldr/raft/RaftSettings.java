package io.weldr.raft;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of consensus on a node.
 *
 * @param bind where it listens for its peers, and nowhere else
 * @param advertised where its peers reach it
 * @param peers the nodes that form the cluster, this one among them; empty: a cluster of this node alone
 * @param dataFolder what is here belongs to this node alone
 * @param bootstrap form a new cluster alone once no member has answered for some seconds, or all peers say that they
 *     are empty; means nothing once the folder holds data
 * @param contacts where to look for the cluster to join; null: the node was not started to join one. Means nothing once
 *     the folder holds data
 * @param witness this node only votes: it leads only if nobody else can
 * @param learner this node joins without a vote, until it is promoted. Means nothing once it has joined; a witness is
 *     none
 * @param deadMembers when this node, while it leads, removes members that are dead; null: never
 * @param electionTimeoutMin followers that heard nothing for longer elect another leader; a leader that no majority
 *     answered for longer stops acting as one. 50 ms to 10 s; well above the longest pause of the process
 * @param electionTimeoutMax the random part ends here; more than the least, at most ten times as much
 * @param requestDeadline how long a command or a linearizable read may take all in all, 100 ms to 1 min
 * @param pendingMax commands and reads under way on this node, 1 to 65536; more are refused as overload
 * @param log when the log is cut
 */
public record RaftSettings(
        MemberId self,
        HostPort bind,
        HostPort advertised,
        SortedMap<MemberId, HostPort> peers,
        Path dataFolder,
        boolean bootstrap,
        @Nullable Contacts contacts,
        boolean witness,
        boolean learner,
        @Nullable DeadMembers deadMembers,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        Duration requestDeadline,
        int pendingMax,
        LogSettings log) {

    /** Finds members of the cluster that a node was started to join. */
    @FunctionalInterface
    public interface Contacts {
        /**
         * Raft addresses of members; none: whoever wants this node has to invite it. May block for some seconds; called
         * by one thread.
         *
         * @throws IOException with one line that says who did not answer
         */
        Collection<HostPort> raftAddresses() throws IOException;
    }

    /**
     * When a leader removes members that are dead, as those of machines that an autoscaler threw away.
     *
     * @param after how long it must not have heard from them, 1 s to 30 d
     * @param votersMin dead voters stay rather than leave fewer, 1 to 9
     */
    public record DeadMembers(Duration after, int votersMin) {
        public DeadMembers {
            Check.inRange("time after which a member is dead", after, Duration.ofSeconds(1), Duration.ofDays(30));
            Check.inRange("least voters", votersMin, 1, 9);
        }
    }

    /**
     * A healthy process on a busy machine may pause for a few hundred milliseconds, and must not lose its leadership by
     * that. A killed leader is noticed at once by its closed connections, whatever the timeout.
     */
    public static final Duration ELECTION_TIMEOUT_MIN_DEFAULT = Duration.ofMillis(500);

    public static final Duration ELECTION_TIMEOUT_MAX_DEFAULT = Duration.ofSeconds(1);

    /** The promise of the API: whatever happens, there is an answer within two seconds. */
    public static final Duration REQUEST_DEADLINE_DEFAULT = Duration.ofSeconds(2);

    /** A control plane never has this many honest requests under way. */
    public static final int PENDING_MAX_DEFAULT = 1024;

    /**
     * When the log is cut.
     *
     * @param snapshotEntries a snapshot is taken each time that this many entries were applied; a write makes two
     * @param segmentBytesMax size of a log file; only whole files are purged
     * @param purgeGapEntries at least so many are purged at once
     * @param keptEntries so many before a snapshot stay, for followers that lag a little
     */
    public record LogSettings(int snapshotEntries, int segmentBytesMax, int purgeGapEntries, int keptEntries) {
        /** Some 5 MB of log and half a second of replay. */
        public static final LogSettings DEFAULT = new LogSettings(20_000, 1024 * 1024, 512, 1000);

        public LogSettings {
            Check.inRange("snapshot entries", snapshotEntries, 10, 10_000_000);
            Check.inRange("log segment bytes", segmentBytesMax, 4 * 1024, 64 * 1024 * 1024);
            Check.inRange("purge gap entries", purgeGapEntries, 1, 1_000_000);
            Check.inRange("kept entries", keptEntries, 1, 10_000_000);
        }
    }

    public RaftSettings {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        Check.that(
                peers.isEmpty() || peers.containsKey(self),
                "peers",
                peers.keySet(),
                "this node, " + self + ", among them");
        Check.that(
                peers.isEmpty() || advertised.equals(peers.get(self)),
                "raft address",
                advertised,
                "the one that the list of peers has for " + self + ", " + peers.get(self));
        Check.that(
                !advertised.host().equals("0.0.0.0") && !advertised.host().equals("::"),
                "raft address",
                advertised,
                "one that the other nodes can reach, by the list of peers or advertised on its own");
        Check.that(peers.values().stream().distinct().count() == peers.size(), "peers", peers, "each address once");
        Check.that(!witness || !learner, "learner", "a witness", "a node that proxies");
        Check.inRange("election timeout", electionTimeoutMin, Duration.ofMillis(50), Duration.ofSeconds(10));
        Check.inRange(
                "longest election timeout",
                electionTimeoutMax,
                electionTimeoutMin.plusMillis(1),
                electionTimeoutMin.multipliedBy(10));
        Check.inRange("request deadline", requestDeadline, Duration.ofMillis(100), Duration.ofMinutes(1));
        Check.inRange("pending requests", pendingMax, 1, 65_536);
    }

    /**
     * The defaults.
     *
     * @param advertised null: the one in the list of peers, else where it listens
     */
    public static RaftSettings of(
            MemberId self,
            HostPort bind,
            @Nullable HostPort advertised,
            Map<MemberId, HostPort> peers,
            Path dataFolder,
            boolean bootstrap) {
        HostPort reachable = advertised != null ? advertised : peers.getOrDefault(self, bind);
        return new RaftSettings(
                self,
                bind,
                reachable,
                new TreeMap<>(peers),
                dataFolder,
                bootstrap,
                null,
                false,
                false,
                null,
                ELECTION_TIMEOUT_MIN_DEFAULT,
                ELECTION_TIMEOUT_MAX_DEFAULT,
                REQUEST_DEADLINE_DEFAULT,
                PENDING_MAX_DEFAULT,
                LogSettings.DEFAULT);
    }

    public RaftSettings withElectionTimeout(Duration min, Duration max) {
        return changed(contacts, witness, learner, deadMembers, min, max, requestDeadline, log);
    }

    /** Has an empty node join the cluster whose members {@code where} finds, rather than form one; null: form one. */
    public RaftSettings joining(@Nullable Contacts where) {
        return changed(
                where, witness, learner, deadMembers, electionTimeoutMin, electionTimeoutMax, requestDeadline, log);
    }

    public RaftSettings withWitness(boolean only) {
        return changed(
                contacts, only, learner, deadMembers, electionTimeoutMin, electionTimeoutMax, requestDeadline, log);
    }

    public RaftSettings withLearner(boolean joins) {
        return changed(
                contacts, witness, joins, deadMembers, electionTimeoutMin, electionTimeoutMax, requestDeadline, log);
    }

    public RaftSettings withDeadMembers(@Nullable DeadMembers dead) {
        return changed(contacts, witness, learner, dead, electionTimeoutMin, electionTimeoutMax, requestDeadline, log);
    }

    public RaftSettings withRequestDeadline(Duration deadline) {
        return changed(contacts, witness, learner, deadMembers, electionTimeoutMin, electionTimeoutMax, deadline, log);
    }

    public RaftSettings withLog(LogSettings settings) {
        return changed(
                contacts,
                witness,
                learner,
                deadMembers,
                electionTimeoutMin,
                electionTimeoutMax,
                requestDeadline,
                settings);
    }

    private RaftSettings changed(
            @Nullable Contacts where,
            boolean onlyVotes,
            boolean joinsAsLearner,
            @Nullable DeadMembers dead,
            Duration timeoutMin,
            Duration timeoutMax,
            Duration deadline,
            LogSettings logs) {
        return new RaftSettings(
                self,
                bind,
                advertised,
                peers,
                dataFolder,
                bootstrap,
                where,
                onlyVotes,
                joinsAsLearner,
                dead,
                timeoutMin,
                timeoutMax,
                deadline,
                pendingMax,
                logs);
    }
}
