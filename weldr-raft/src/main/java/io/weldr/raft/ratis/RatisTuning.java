package io.weldr.raft.ratis;

import io.weldr.raft.RaftSettings;
import io.weldr.raft.peer.PeerRpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis' settings. Its defaults are for bulk storage; a control plane writes little, must fail over fast and never
 * stop.
 */
final class RatisTuning {
    /**
     * The largest entry. An entry beyond Ratis' append buffer would make one leader after the other step down, so ours
     * stay far below it.
     */
    static final int ENTRY_BYTES_MAX = 256 * 1024;

    /** Ratis' append buffer. */
    static final long APPEND_BYTES_MAX = 4L * ENTRY_BYTES_MAX;

    /**
     * The parts in which a snapshot is sent, and how many of them may wait for an answer. A leader begins anew with a
     * follower that does not answer, up to 45 times a second, and Ratis keeps what each attempt has sent for three
     * seconds. With parts of Ratis' default size, 16 MB, that is more than a hundred copies of the snapshot: the leader
     * ran out of memory because a follower was dead.
     */
    static final int SNAPSHOT_PART_BYTES = 64 * 1024;

    static final int SNAPSHOT_PARTS_WAITING_MAX = 4;

    /** Room for some log files and a snapshot: with less a log is not opened. */
    static final int FREE_MEGABYTES_MIN = 16;

    private RatisTuning() {}

    static RaftProperties properties(RaftSettings settings, Path logFolder) {
        RaftProperties to = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(to, List.of(logFolder.toFile()));
        RaftServerConfigKeys.setStorageFreeSpaceMin(to, SizeInBytes.valueOf(FREE_MEGABYTES_MIN + "MB"));
        RaftConfigKeys.Rpc.setType(to, new PeerRpc());
        GrpcConfigKeys.Server.setHost(to, settings.bind().host());
        GrpcConfigKeys.Server.setPort(to, settings.bind().port());
        timing(to, settings);
        log(to, settings.log());
        return to;
    }

    private static void timing(RaftProperties to, RaftSettings settings) {
        TimeDuration min = time(settings.electionTimeoutMin());
        TimeDuration max = time(settings.electionTimeoutMax());
        RaftServerConfigKeys.Rpc.setTimeoutMin(to, min);
        RaftServerConfigKeys.Rpc.setTimeoutMax(to, max);
        if (settings.peers().size() <= 1 && settings.contacts() == null) {
            // Alone: nobody to wait for.
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(to, TimeDuration.valueOf(5, TimeUnit.MILLISECONDS));
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(to, TimeDuration.valueOf(10, TimeUnit.MILLISECONDS));
        }
        RaftServerConfigKeys.Rpc.setRequestTimeout(to, TimeDuration.ONE_SECOND);
        RaftServerConfigKeys.Rpc.setSlownessTimeout(to, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        RaftServerConfigKeys.LeaderElection.setPreVote(to, true);
        // 10 s by default: a leader that lost its majority for a moment would be kept from standing again for as long.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(to, max);
        // By default a follower that was away for 20 s is tried only every few seconds, and gets no heartbeats in
        // between. And one that just died is tried ten times within the milliseconds in which its successor gets to
        // work.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(to, "20ms,5,100ms,1000000");
        // How long a new member may stay silent while it catches up, and how far behind it may be when it gets its
        // vote.
        RaftServerConfigKeys.setStagingTimeout(to, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        RaftServerConfigKeys.setStagingCatchupGap(to, 16);
        // A long pause of the process must not close its consensus part for good.
        RaftServerConfigKeys.setCloseThreshold(to, TimeDuration.valueOf(1, TimeUnit.DAYS));
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(to, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        // Requests are told apart by our own table, which also survives restarts; this one only costs memory.
        RaftServerConfigKeys.RetryCache.setExpiryTime(to, TimeDuration.valueOf(5, TimeUnit.SECONDS));
    }

    private static void log(RaftProperties to, RaftSettings.LogSettings log) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(to, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(to, log.snapshotEntries());
        RaftServerConfigKeys.Snapshot.setCreationGap(to, Math.min(1024, log.snapshotEntries()));
        // Not one: a file may be on its way to a follower.
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(to, 3);
        // Else one dead peer keeps the log growing for ever.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(to, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(to, SizeInBytes.valueOf(SNAPSHOT_PART_BYTES));
        GrpcConfigKeys.Server.setInstallSnapshotRequestElementLimit(to, SNAPSHOT_PARTS_WAITING_MAX);
        RaftServerConfigKeys.Log.setPurgeGap(to, log.purgeGapEntries());
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(to, log.keptEntries());
        RaftServerConfigKeys.Log.setSegmentSizeMax(to, SizeInBytes.valueOf(log.segmentBytesMax()));
        RaftServerConfigKeys.Log.setPreallocatedSize(
                to, SizeInBytes.valueOf(Math.min(256 * 1024, log.segmentBytesMax())));
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(to, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(to, SizeInBytes.valueOf(8L * ENTRY_BYTES_MAX));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(to, SizeInBytes.valueOf(APPEND_BYTES_MAX));
        // Followers learn what is committed from marks in the log, not from the next heartbeat.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(to, true);
        // An entry counts for the majority once it is on the disk, not once it was handed to the system. These are
        // Ratis'
        // defaults, said aloud because every promise of durability rests on them.
        RaftServerConfigKeys.Log.setUseMemory(to, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(to, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(to, false);
        // By default a follower chains its appends, and after one that failed every later one fails, until the process
        // ends. Unchained, they are done as they come.
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(to, false);
        // A damaged log is refused; the alternative drops committed entries in silence.
        RaftServerConfigKeys.Log.setCorruptionPolicy(to, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    }

    static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
