package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.VotersOnDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one node: a lock, the identity, and the log. Changes of the identity are on disk when {@link #become}
 * returns.
 */
public final class DataFolder implements AutoCloseable {
    static final String LOG_FOLDER = "log";

    private final Path folder;
    private final FileChannel lockFile;
    private volatile Identity identity;
    private Map<RaftId, HostPort> seen = Map.of(); // confined to the thread that calls sawVoters

    private DataFolder(Path folder, FileChannel lockFile, Identity identity) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.identity = identity;
    }

    /**
     * Opens the folder, creating it if need be, and keeps other processes out until it is closed.
     *
     * @throws IOException with one line that says what is wrong with it
     */
    public static DataFolder open(Path folder, MemberId self) throws IOException {
        return open(folder, self, Use.NODE);
    }

    /**
     * Opens the folder of a node that does not run, for {@link #adopt}. Writes no identity into a folder that has none,
     * and takes one in which an earlier attempt was interrupted.
     *
     * @throws IOException with one line that says what is wrong with it
     */
    public static DataFolder openOffline(Path folder, MemberId self) throws IOException {
        return open(folder, self, Use.OFFLINE);
    }

    /** What a folder is opened for. */
    private enum Use {
        NODE,
        OFFLINE
    }

    private static DataFolder open(Path folder, MemberId self, Use use) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("data folder " + folder + " is a file (expected: a folder)", e);
        } catch (IOException e) {
            throw new IOException("data folder " + folder + " cannot be created: " + e, e);
        }
        FileChannel lockFile;
        try {
            lockFile = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("data folder " + folder + " cannot be written: " + e, e);
        }
        try {
            if (!lock(lockFile)) {
                throw new IOException("data folder " + folder + " is in use by another process");
            }
            return new DataFolder(folder, lockFile, identify(folder, self, use));
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /**
     * Whether no node has used the folder: it has neither an identity nor a log, or does not exist. Changes nothing.
     */
    public static boolean isNew(Path folder) {
        return Files.isDirectory(folder)
                ? !Files.exists(folder.resolve(IdentityFile.NAME)) && !Files.exists(folder.resolve(LOG_FOLDER))
                : !Files.exists(folder);
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // by this very process
        }
    }

    private static Identity identify(Path folder, MemberId self, Use use) throws IOException {
        Identity identity = identify(folder, self);
        NextLog next = new NextLog(folder);
        if (next.belongsTo(identity)) {
            next.putInPlace(identity);
        } else if (next.exists() && use == Use.NODE) {
            throw new IOException("data folder " + folder + ": weldr restore or weldr recover was interrupted before it"
                    + " changed the node (run it again, or remove " + next.folder()
                    + " to start the node as it was before)");
        }
        UUID group = identity.group();
        if (use == Use.NODE && group != null) {
            Path log = folder.resolve(LOG_FOLDER).resolve(group.toString());
            new LogsAside(folder).resume(identity.standing() == Standing.JOINING ? log : null);
        }
        if (use == Use.NODE && !Files.exists(folder.resolve(IdentityFile.NAME))) {
            IdentityFile.write(folder, identity);
        }
        return identity;
    }

    /** The identity that the folder has, or is to get. */
    private static Identity identify(Path folder, MemberId self) throws IOException {
        Path file = folder.resolve(IdentityFile.NAME);
        Path logs = folder.resolve(LOG_FOLDER);
        if (!Files.exists(file)) {
            if (Files.exists(logs)) {
                throw new IOException(
                        "data folder " + folder + " holds a log but no identity (expected: both or none)");
            }
            return Identity.empty(self);
        }
        Identity identity;
        try {
            identity = IdentityFile.read(folder);
        } catch (IllegalArgumentException e) {
            throw new IOException("data folder " + folder + ": its identity is damaged: " + e.getMessage(), e);
        }
        if (!identity.id().equals(self)) {
            throw new IOException(
                    "data folder " + folder + " belongs to node " + identity.id() + " (expected: " + self + ")");
        }
        return identity;
    }

    /** Whether this is a member's folder without the log that belongs into it. */
    public boolean lostLog() {
        Identity now = identity;
        UUID group = now.group();
        return now.standing() == Standing.MEMBER
                && group != null
                && !Files.exists(logFolder().resolve(group.toString()));
    }

    /**
     * With the log what its vote promised is gone: the node has to start anew, without a vote. To be called while the
     * log is closed.
     */
    public void joinAnew() throws IOException {
        Identity now = identity;
        UUID group = now.group();
        if (group != null) {
            become(now.joiningAnew(group, knownVoters()));
        }
    }

    /**
     * The voters, as far as this folder knows: those that the cluster was formed with or that this node found when it
     * joined, those that it saw since, and those that Ratis wrote down. Some may be gone. Reads from disk.
     */
    public Map<RaftId, HostPort> knownVoters() {
        Identity now = identity;
        UUID group = now.group();
        Map<RaftId, HostPort> all = new TreeMap<>(now.voters());
        if (group != null) {
            all.putAll(VotersOnDisk.read(logFolder(), group));
            all.putAll(VotersFile.read(folder));
        }
        return all;
    }

    /** Whether the latest voters that this folder knows of are others than this node alone. Reads from disk. */
    public boolean knowsOthers() {
        Identity now = identity;
        UUID group = now.group();
        Map<RaftId, HostPort> latest = new TreeMap<>(VotersFile.read(folder));
        if (group != null) {
            latest.putAll(VotersOnDisk.read(logFolder(), group));
        }
        return (latest.isEmpty() ? now.voters() : latest)
                .keySet().stream().anyMatch(voter -> !voter.member().equals(now.id()));
    }

    /**
     * Writes down who votes, so that a node without its log knows whom to ask. Does nothing if the same were written
     * down before.
     */
    public void sawVoters(Map<RaftId, HostPort> voters) throws IOException {
        if (!voters.equals(seen)) {
            VotersFile.write(folder, voters);
            seen = Map.copyOf(voters);
        }
    }

    /**
     * Moves a log that cannot be used out of the way, and has the node join anew, without a vote until it is up to
     * date, as if its disk had been emptied. Until then all such logs are kept, because one of them may hold what no
     * other member has. To be called while the log is closed.
     *
     * @return where the log is now
     * @throws IOException also if there are {@value LogsAside#MAX} such logs already
     */
    public Path setLogAside() throws IOException {
        UUID group = identity.group();
        if (group == null) {
            throw new IOException("there is no log to set aside");
        }
        LogsAside aside = new LogsAside(folder);
        aside.makeRoom();
        aside.begin();
        joinAnew(); // first: a member must never be found without its log and with a vote
        return aside.take(logFolder().resolve(group.toString()));
    }

    /** Removes the logs that were set aside, but for the last {@value LogsAside#KEPT}: this node is a member again. */
    void forgetLogsAside() throws IOException {
        new LogsAside(folder).forget();
    }

    /** Whether the folder holds a log, of whatever cluster. Reads from disk. */
    public boolean hasLog() throws IOException {
        return !NextLog.logs(logFolder()).isEmpty();
    }

    /**
     * The identity of the only voter of a new cluster, for {@link #adopt}.
     *
     * @param address where other nodes reach this one
     */
    public Identity alone(UUID cluster, HostPort address) {
        return Identity.alone(identity.id(), cluster, address);
    }

    /** An empty folder for the log of another cluster, until {@link #adopt} puts it in place. */
    public Path prepareLog() throws IOException {
        NextLog next = new NextLog(folder);
        Folders.remove(next.folder());
        Files.createDirectories(next.folder());
        return next.folder();
    }

    /**
     * Makes this the folder of {@code next}, whose log is complete in {@link #prepareLog}. What the folder held before
     * of another cluster is kept in a folder of its own, {@code before-recovery.CLUSTER}, which is a data folder, too.
     * If the process dies meanwhile, either nothing has changed, or {@link #open} does the rest.
     *
     * @return the folder with what was here before; null: there was nothing
     */
    public @Nullable Path adopt(Identity next) throws IOException {
        NextLog log = new NextLog(folder);
        UUID group = identity.group();
        Path before = group == null ? null : log.before(group);
        if (before != null) {
            Files.createDirectories(before);
            IdentityFile.write(before, identity);
        }
        Folders.sync(log.folder());
        Folders.sync(folder);
        become(next);
        log.putInPlace(next);
        seen = Map.of();
        return before;
    }

    public Identity identity() {
        return identity;
    }

    /** Writes the identity down, then holds it. */
    public void become(Identity next) throws IOException {
        IdentityFile.write(folder, next);
        identity = next;
    }

    /** Where Ratis keeps its logs, each in a folder named after its group. */
    public Path logFolder() {
        return folder.resolve(LOG_FOLDER);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
