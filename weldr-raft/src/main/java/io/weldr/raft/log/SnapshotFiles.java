package io.weldr.raft.log;

import io.weldr.codec.SnapshotCodec;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.codec.UndecodableException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshot files, in the folder that Ratis gives. Written under another name, synced, renamed, and only then announced;
 * checked against their MD5 when read, because Ratis does not sync the ones that it receives from the leader.
 *
 * <p>Ratis takes the whole folder for empty if it cannot read one checksum, and then starts with an empty state. So
 * {@link #open} checks every file first and moves the damaged ones out of its sight. Then it checks that the log goes
 * on where the snapshot that is left ends: Ratis would wait for the entries in between for ever, without a pause, and
 * cannot even be closed then.
 */
public final class SnapshotFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d{1,18})_(\\d{1,18})");

    private static final Pattern LOG_FILE = Pattern.compile("log_(?:inprogress_)?(\\d{1,18})(?:-\\d{1,18})?");

    /** What a damaged snapshot is called from then on, followed by its term and index. */
    private static final String DAMAGED = "damaged.";

    /** As many as Ratis keeps of good ones, for people who want to look. The others are deleted, oldest first. */
    private static final int DAMAGED_KEPT = 3;

    private final SimpleStateMachineStorage storage = new QuietStorage();
    private @Nullable Path folder; // set by open, before anything else is called

    SimpleStateMachineStorage storage() {
        return storage;
    }

    /**
     * Opens the folder and leaves only snapshots in it that can be read. To be called before anything else.
     *
     * @return the latest of them; null if there is none
     * @throws IOException also if what the log goes on from is lost
     */
    public @Nullable Snapshot open(RaftStorage raftStorage) throws IOException {
        Path opened = raftStorage.getStorageDir().getStateMachineDir().toPath();
        folder = opened;
        Files.createDirectories(
                opened); // A snapshot that was being put in place when the process died may have left none.
        Snapshot latest = null;
        for (Path file : snapshots(opened)) {
            try {
                if (latest == null) {
                    latest = read(file);
                } else {
                    checksum(file); // Ratis reads the checksums of all.
                }
            } catch (DamagedSnapshotException e) {
                LOG.error("{}. It is not used, and was renamed to {}", e.getMessage(), hide(opened, file));
            }
        }
        requireContinuity(latest, raftStorage.getStorageDir().getCurrentDir().toPath());
        storage.init(raftStorage);
        return latest;
    }

    /**
     * The latest snapshot in that folder that can be read; null if there is none. Changes nothing.
     *
     * @throws NewerVersionException a newer version of the program wrote the latest
     */
    public static @Nullable Snapshot latest(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        for (Path file : snapshots(folder)) {
            try {
                return read(file);
            } catch (DamagedSnapshotException e) {
                LOG.warn("{}. It is not used", e.getMessage());
            }
        }
        return null;
    }

    private static void requireContinuity(@Nullable Snapshot latest, Path logs) throws IOException {
        long first = Long.MAX_VALUE;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(logs, "log_*")) {
            for (Path file : files) {
                Matcher name = LOG_FILE.matcher(name(file));
                if (name.matches()) {
                    first = Math.min(first, Long.parseLong(name.group(1)));
                }
            }
        }
        long end = latest == null ? -1 : latest.index();
        if (first != Long.MAX_VALUE && first > end + 1) {
            throw new DamagedSnapshotException("no good snapshot is left of what was before entry " + first
                    + ", the first of the log (found: " + (latest == null ? "none" : "one up to entry " + end) + ")");
        }
    }

    /** Latest first. */
    private static List<Path> snapshots(Path in) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in, "snapshot.*_*")) {
            for (Path file : files) {
                if (SNAPSHOT.matcher(name(file)).matches()) {
                    found.add(file);
                }
            }
        }
        found.sort(Comparator.comparingLong(SnapshotFiles::index).reversed());
        return found;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static TermIndex termIndex(Path file) {
        Matcher name = SNAPSHOT.matcher(name(file));
        if (!name.matches()) {
            throw new IllegalArgumentException(file + " (expected: snapshot.TERM_INDEX)");
        }
        return TermIndex.valueOf(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }

    private static long index(Path file) {
        return termIndex(file).getIndex();
    }

    /** Moves a damaged snapshot to a name that neither Ratis nor {@link #snapshots} knows. */
    private static Path hide(Path in, Path file) throws IOException {
        Path hidden = in.resolve(DAMAGED + name(file).substring("snapshot.".length()));
        Files.move(file, hidden, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(digestFile(file));
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in, DAMAGED + "*")) {
            files.forEach(all::add);
        }
        all.sort(Comparator.comparingLong((Path path) -> path.toFile().lastModified())
                .reversed());
        for (Path old : all.subList(Math.min(DAMAGED_KEPT, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
        return hidden;
    }

    private static Path digestFile(Path file) {
        return MD5FileUtil.getDigestFileForFile(file.toFile()).toPath();
    }

    /** Throws {@link DamagedSnapshotException} if there is no checksum beside the file, or it is none. */
    private static MD5Hash checksum(Path file) throws IOException {
        Path digest = digestFile(file);
        try {
            // The file that Ratis writes: the checksum in hex, blank and star, the name of the snapshot.
            String line = Files.readString(digest).strip();
            if (!line.matches("[0-9a-f]{32} [ *]" + Pattern.quote(name(file)))) {
                throw new DamagedSnapshotException("snapshot " + file + " is damaged: the file of its checksum, "
                        + digest + ", holds no checksum");
            }
            return MD5Hash.newInstance(line.substring(0, 32));
        } catch (NoSuchFileException e) {
            // As when the process died between the two files. The log behind a snapshot goes only after both.
            throw new DamagedSnapshotException(
                    "snapshot " + file + " has no checksum (expected: a file beside it that ends in .md5)", e);
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new DamagedSnapshotException(
                    "snapshot " + file + " is damaged: the file of its checksum, " + digest + ", is no text", e);
        }
    }

    /** Throws {@link DamagedSnapshotException} if it is not what was written. */
    private static Snapshot read(Path file) throws IOException {
        MD5Hash expected = checksum(file);
        MD5Hash found = MD5FileUtil.computeMd5ForFile(file.toFile());
        if (!found.equals(expected)) {
            throw new DamagedSnapshotException(
                    "snapshot " + file + " is damaged: its checksum is " + found + " (expected: " + expected + ")");
        }
        if (Files.size(file) == 0) { // An empty file can be read as a snapshot without a state.
            throw new DamagedSnapshotException("snapshot " + file + " is damaged: it is empty");
        }
        Snapshot snapshot;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            snapshot = SnapshotCodec.read(in);
        } catch (UndecodableException e) {
            if (e.wellFormed()) {
                throw new NewerVersionException(
                        "snapshot " + file + " was written by a newer version of weldr: " + e.getMessage()
                                + "; nothing was changed: start the newer version",
                        e);
            }
            throw new DamagedSnapshotException("snapshot " + file + " is damaged: " + e.getMessage(), e);
        }
        TermIndex end = TermIndex.valueOf(snapshot.term(), snapshot.index());
        if (!end.equals(termIndex(file))) {
            throw new DamagedSnapshotException("snapshot " + file + " is damaged: what it holds ends at " + end
                    + " (expected: at " + termIndex(file) + ", as its name says)");
        }
        return snapshot;
    }

    /** Writes a snapshot. It is on disk when this returns. */
    public void save(Snapshot snapshot) throws IOException {
        Path in = folder;
        if (in != null) {
            Files.createDirectories(in);
        }
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
        MD5Hash md5;
        try {
            md5 = MD5FileUtil.computeMd5ForFile(file);
            MD5FileUtil.saveMD5File(file, md5);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(
                    file.toPath()); // without its checksum it is of no use, and the next one has another name
            throw e;
        }
        FileInfo info = new FileInfo(file.toPath(), md5);
        storage.updateLatestSnapshot(
                new SingleFileSnapshotInfo(info, TermIndex.valueOf(snapshot.term(), snapshot.index())));
    }

    /** The snapshot of the leader that has just replaced all others. Throws if it cannot be read. */
    Snapshot installed() throws IOException {
        SingleFileSnapshotInfo latest = storage.loadLatestSnapshot(); // getLatestSnapshot would answer from a cache
        if (latest == null) {
            throw new IOException("the snapshot of the leader is not in " + folder);
        }
        return read(latest.getFile().getPath());
    }

    /** A snapshot that is not what was written. */
    private static final class DamagedSnapshotException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedSnapshotException(String message) {
            super(message);
        }

        DamagedSnapshotException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Ratis fails the snapshot that was just taken if an old one cannot be cleaned up, and takes the next one at once.
     */
    private static final class QuietStorage extends SimpleStateMachineStorage {
        private static final long SAY_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

        private @Nullable Long saidNanos; // confined to the thread that applies the log

        @Override
        public void cleanupOldSnapshots(@Nullable SnapshotRetentionPolicy policy) {
            try {
                super.cleanupOldSnapshots(policy);
            } catch (IOException | RuntimeException e) {
                long now = System.nanoTime();
                if (saidNanos == null || now - saidNanos >= SAY_EVERY_NANOS) {
                    saidNanos = now;
                    LOG.warn("Old snapshots cannot be cleaned up: {}", e.toString());
                }
            }
        }
    }
}
