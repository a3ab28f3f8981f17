package io.weldr.raft.ratis;

import io.weldr.codec.SnapshotCodec.Requests;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.codec.UndecodableException;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterState;
import io.weldr.raft.log.Applier;
import io.weldr.raft.log.SnapshotFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageImpl;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.apache.ratis.util.SizeInBytes;
import org.jspecify.annotations.Nullable;

/**
 * The log of one cluster on the disk of a node that does not run: read as a whole, or written as that of a new cluster.
 * Any thread; blocks for as long as the disk takes.
 */
public final class LogOnDisk {
    private static final String CURRENT = "current";
    private static final String SNAPSHOTS = "sm";
    private static final String VOTERS = "raft-meta.conf";

    private LogOnDisk() {}

    /**
     * What a log holds, whether or not all of it is known to be committed.
     *
     * @param state after the last entry that can be read
     * @param term of that entry; 0: there is none
     * @param index of that entry; -1: there is none
     * @param committed the highest index that the log itself says to be committed, or where the snapshot ends; more may
     *     be
     * @param voters the latest that the log tells, also if they are not committed; empty: it tells none
     * @param learners the members without a vote, as for {@code voters}
     * @param damage why entries behind the last one may be missing, for people; null: the log can be read to its end
     */
    public record Content(
            ClusterState state,
            long term,
            long index,
            long committed,
            SortedMap<RaftId, HostPort> voters,
            SortedMap<RaftId, HostPort> learners,
            @Nullable String damage) {}

    /**
     * Reads the latest snapshot and all entries behind it. Changes nothing.
     *
     * @param logFolder where Ratis keeps its logs
     * @throws IOException the folder cannot be read, or a newer version of weldr wrote a part of it
     */
    public static Content read(Path logFolder, UUID group) throws IOException {
        Path folder = logFolder.resolve(group.toString());
        // The entry that told the voters may be gone: Ratis wrote them down beside the log, too.
        Reading reading = new Reading(
                SnapshotFiles.latest(folder.resolve(SNAPSHOTS)), VotersOnDisk.configuration(logFolder, group));
        for (LogSegmentPath file : segments(folder.resolve(CURRENT))) {
            if (reading.damage == null) {
                reading.read(file);
            }
        }
        if (reading.newer != null) {
            throw reading.newer;
        }
        return reading.content();
    }

    /** Oldest first. */
    private static List<LogSegmentPath> segments(Path current) throws IOException {
        List<LogSegmentPath> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(current, "log_*")) {
            for (Path file : files) {
                LogSegmentPath segment = LogSegmentPath.matchLogSegment(file);
                if (segment != null) {
                    found.add(segment);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(LogSegmentPath::getStartEnd));
        return found;
    }

    /** One pass over a log. Confined to the thread that reads. */
    private static final class Reading {
        private final Applier applier;
        private long term;
        private long index;
        private long committed;
        private RaftConfigurationProto members;
        private @Nullable String damage;
        private @Nullable IOException newer;

        Reading(@Nullable Snapshot from, RaftConfigurationProto members) {
            this.members = members;
            applier = from == null ? Applier.initial() : Applier.of(from);
            term = from == null ? 0 : from.term();
            index = from == null ? -1 : from.index();
            committed = index;
        }

        void read(LogSegmentPath file) {
            try {
                LogSegment.readSegmentFile(
                        file.getPath().toFile(),
                        file.getStartEnd(),
                        SizeInBytes.valueOf(RatisTuning.APPEND_BYTES_MAX),
                        CorruptionPolicy.EXCEPTION,
                        null,
                        this::take);
            } catch (IOException | RuntimeException e) {
                damage = file.getPath() + " cannot be read behind entry " + index + ": " + e.getMessage();
            }
        }

        private void take(LogEntryProto entry) {
            if (entry.getIndex() <= index || damage != null || newer != null) {
                return; // The snapshot has it, or what comes before it is missing.
            }
            if (entry.getIndex() != index + 1) {
                damage = "entry " + (index + 1) + " is missing: the log continues with entry " + entry.getIndex();
                return;
            }
            try {
                if (entry.hasStateMachineLogEntry()) {
                    applier.apply(
                            entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer(),
                            entry.getTerm(),
                            entry.getIndex());
                } else if (entry.hasConfigurationEntry()) {
                    members = entry.getConfigurationEntry();
                } else if (entry.hasMetadataEntry()) {
                    committed = Math.max(committed, entry.getMetadataEntry().getCommitIndex());
                }
            } catch (UndecodableException e) {
                newer = new IOException(
                        "entry " + entry.getIndex() + " of the log cannot be applied: " + e.getMessage()
                                + " (expected: entries of this version of weldr or an older one; use the newer one)",
                        e);
                return;
            }
            term = entry.getTerm();
            index = entry.getIndex();
        }

        Content content() {
            return new Content(
                    applier.state(),
                    term,
                    index,
                    Math.min(committed, index),
                    VotersOnDisk.addresses(members.getPeersList()),
                    VotersOnDisk.addresses(members.getListenersList()),
                    damage);
        }
    }

    /**
     * Writes the log of a new cluster that begins with {@code state}: a snapshot, and a single voter. All of it is on
     * disk when this returns.
     *
     * @param logFolder where Ratis keeps its logs; it must not have one of this cluster
     * @param self the voter
     * @param term of the snapshot; the first leader has a higher one. Above 0
     * @param index where the snapshot ends; not below the revision of the state
     */
    public static void write(
            Path logFolder, UUID group, RaftId self, HostPort address, long term, long index, ClusterState state)
            throws IOException {
        if (index < state.revision() || index < 0 || term <= 0) {
            throw new IllegalArgumentException("a snapshot at term " + term + ", index " + index
                    + " (expected: a term above 0, and an index from revision " + state.revision() + " on)");
        }
        Path folder = logFolder.resolve(group.toString());
        try (RaftStorageImpl storage = StorageImplUtils.newRaftStorage(
                folder.toFile(),
                SizeInBytes.valueOf(RatisTuning.FREE_MEGABYTES_MIN + "MB"),
                RaftStorage.StartupOption.RECOVER,
                CorruptionPolicy.EXCEPTION)) {
            storage.initialize();
            storage.getMetadataFile().persist(RaftStorageMetadata.valueOf(term, null));
            writeVoter(folder.resolve(CURRENT).resolve(VOTERS), self, address, term, index);
            SnapshotFiles files = new SnapshotFiles();
            files.open(storage);
            files.save(new Snapshot(term, index, state, new Requests(Map.of(), Map.of())));
        }
        for (Path written : List.of(folder.resolve(CURRENT), folder.resolve(SNAPSHOTS), folder)) {
            try (FileChannel directory = FileChannel.open(written, StandardOpenOption.READ)) {
                directory.force(true); // The names have to survive a power loss, too.
            }
        }
        Content read = read(logFolder, group);
        if (!read.state().equals(state) || read.index() != index || read.damage() != null) {
            throw new IOException("what was written to " + folder + " cannot be read back (expected: the same state)");
        }
    }

    private static void writeVoter(Path file, RaftId self, HostPort address, long term, long index) throws IOException {
        RaftPeer peer = RaftPeer.newBuilder()
                .setId(RaftPeerId.valueOf(self.toString()))
                .setAddress(address.toString())
                .build();
        LogEntryProto entry = LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder().addPeers(peer.getRaftPeerProto()))
                .build();
        try (OutputStream out = new AtomicFileOutputStream(file.toFile())) {
            entry.writeTo(out);
        }
    }
}
