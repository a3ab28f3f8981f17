package io.weldr.raft.machine;

import io.weldr.raft.codec.SnapshotCodec;
import io.weldr.raft.codec.SnapshotCodec.Snapshot;
import io.weldr.raft.codec.UndecodableException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshot files, in the folder that Ratis gives. Written under another name, synced, renamed, and only then announced; checked
 * against their MD5 when read, because Ratis does not sync the ones that it receives from the leader.
 */
final class SnapshotFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();

    SimpleStateMachineStorage storage() {
        return storage;
    }

    /** Opens the folder. To be called before anything else. */
    void open(RaftStorage raftStorage) throws IOException {
        File folder = raftStorage.getStorageDir().getStateMachineDir();
        try (DirectoryStream<Path> snapshots = Files.newDirectoryStream(folder.toPath(), "snapshot.*_*")) {
            for (Path file : snapshots) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("snapshot\\.\\d+_\\d+")
                        && !MD5FileUtil.getDigestFileForFile(file.toFile()).exists()) {
                    // The process died between the two files. The log behind a snapshot goes only after both: nothing
                    // is lost.
                    LOG.warn("Snapshot {} has no checksum: removed", file);
                    Files.delete(file);
                }
            }
        }
        storage.init(raftStorage);
    }

    void save(Snapshot snapshot) throws IOException {
        File file = storage.getSnapshotFile(snapshot.term(), snapshot.index());
        try (AtomicFileOutputStream atomic = new AtomicFileOutputStream(file)) {
            OutputStream out = new BufferedOutputStream(atomic);
            try {
                SnapshotCodec.write(snapshot, out);
                out.flush();
            } catch (IOException | RuntimeException e) {
                atomic.abort(); // else closing would put half a file in place
                throw e;
            }
        }
        MD5Hash md5 = MD5FileUtil.computeMd5ForFile(file);
        MD5FileUtil.saveMD5File(file, md5);
        FileInfo info = new FileInfo(file.toPath(), md5);
        storage.updateLatestSnapshot(
                new SingleFileSnapshotInfo(info, TermIndex.valueOf(snapshot.term(), snapshot.index())));
    }

    /** The latest snapshot, or null if there is none. */
    @Nullable Snapshot load() throws IOException {
        SingleFileSnapshotInfo latest = storage.loadLatestSnapshot(); // getLatestSnapshot would answer from a cache
        if (latest == null) {
            return null;
        }
        File file = latest.getFile().getPath().toFile();
        MD5Hash md5 = latest.getFile().getFileDigest();
        if (md5 == null) {
            throw new IOException(
                    "snapshot " + file + " has no checksum (expected: a file beside it that ends in .md5)");
        }
        MD5Hash found = MD5FileUtil.computeMd5ForFile(file);
        if (!found.equals(md5)) {
            throw new IOException("snapshot " + file + " is damaged: its checksum is " + found + " (expected: " + md5
                    + "). Empty the data folder of this node; the others bring it up to date again");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file.toPath()))) {
            return SnapshotCodec.read(in);
        } catch (UndecodableException e) {
            if (e.wellFormed()) {
                throw new NewerVersionException(
                        "snapshot " + file + " was written by a newer version of weldr: " + e.getMessage()
                                + "; nothing was changed: start the newer version",
                        e);
            }
            throw new IOException("snapshot " + file + ": " + e.getMessage(), e);
        }
    }
}
