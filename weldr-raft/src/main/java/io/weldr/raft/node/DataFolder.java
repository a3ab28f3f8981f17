package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.VotersOnDisk;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one node: a lock, the identity, and the log. Changes of the identity are on disk when {@link #become}
 * returns.
 */
public final class DataFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

    private static final String IDENTITY = "identity";
    static final String VOTERS = "voters";
    static final String LOG_FOLDER = "log";
    private static final String ASIDE = "log.damaged";
    /** A member needs none. These are for whoever looks for the cause. */
    private static final int ASIDE_KEPT = 3;

    /** More would fill the disk of a node whose log is damaged again and again before it is a member. */
    private static final int ASIDE_MAX = 8;

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
                ? !Files.exists(folder.resolve(IDENTITY)) && !Files.exists(folder.resolve(LOG_FOLDER))
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
        if (use == Use.NODE && !Files.exists(folder.resolve(IDENTITY))) {
            write(folder, identity);
        }
        return identity;
    }

    /** The identity that the folder has, or is to get. */
    private static Identity identify(Path folder, MemberId self) throws IOException {
        Path file = folder.resolve(IDENTITY);
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
            identity = parse(Files.readString(file));
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
            all.putAll(seenVoters());
        }
        return all;
    }

    /** Whether the latest voters that this folder knows of are others than this node alone. Reads from disk. */
    public boolean knowsOthers() {
        Identity now = identity;
        UUID group = now.group();
        Map<RaftId, HostPort> latest = new TreeMap<>(seenVoters());
        if (group != null) {
            latest.putAll(VotersOnDisk.read(logFolder(), group));
        }
        return (latest.isEmpty() ? now.voters() : latest)
                .keySet().stream().anyMatch(voter -> !voter.member().equals(now.id()));
    }

    private Map<RaftId, HostPort> seenVoters() {
        Path file = folder.resolve(VOTERS);
        try {
            Properties from = new Properties();
            from.load(new StringReader(Files.readString(file)));
            return seats(from.getProperty("voters"));
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The voters in {} cannot be read: {}", file, e.toString());
            return Map.of();
        }
    }

    /**
     * Writes down who votes, so that a node without its log knows whom to ask. Does nothing if the same were written
     * down before.
     */
    public void sawVoters(Map<RaftId, HostPort> voters) throws IOException {
        if (!voters.equals(seen)) {
            Properties to = new Properties();
            to.setProperty("voters", text(voters));
            write(folder, VOTERS, to, "The members that vote. Written by weldr, for the case that the log is damaged.");
            seen = Map.copyOf(voters);
        }
    }

    /**
     * Moves a log that cannot be used out of the way, and has the node join anew, without a vote until it is up to
     * date, as if its disk had been emptied. Until then all such logs are kept, because one of them may hold what no
     * other member has. To be called while the log is closed.
     *
     * @return where the log is now
     * @throws IOException also if there are {@value #ASIDE_MAX} such logs already
     */
    public Path setLogAside() throws IOException {
        UUID group = identity.group();
        if (group == null) {
            throw new IOException("there is no log to set aside");
        }
        int copies = 0;
        while (Files.exists(aside(copies))) {
            copies++;
        }
        if (copies >= ASIDE_MAX) {
            throw new IOException("there are " + copies + " damaged logs in " + folder + " already, " + aside(0)
                    + " and others (expected: fewer than " + ASIDE_MAX
                    + "; once you know why the log is damaged again and again, move them away)");
        }
        for (int older = copies; older > 0; older--) {
            Files.move(aside(older - 1), aside(older));
        }
        joinAnew(); // first: a member must never be found without its log and with a vote
        Files.move(logFolder().resolve(group.toString()), aside(0));
        return aside(0);
    }

    private Path aside(int older) {
        return folder.resolve(older == 0 ? ASIDE : ASIDE + "." + older);
    }

    /** Removes the logs that were set aside, but for the last {@value #ASIDE_KEPT}: this node is a member again. */
    void forgetLogsAside() throws IOException {
        for (int older = ASIDE_KEPT; older < ASIDE_MAX; older++) {
            remove(aside(older));
        }
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
        remove(next.folder());
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
            write(before, identity);
        }
        NextLog.sync(log.folder());
        NextLog.sync(folder);
        become(next);
        log.putInPlace(next);
        seen = Map.of();
        return before;
    }

    /** Removes a folder with all that is in it, if there is one. If it fails, a part may be gone. */
    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    public Identity identity() {
        return identity;
    }

    /** Writes the identity down, then holds it. */
    public void become(Identity next) throws IOException {
        write(folder, next);
        identity = next;
    }

    /** Where Ratis keeps its logs, each in a folder named after its group. */
    public Path logFolder() {
        return folder.resolve(LOG_FOLDER);
    }

    private static void write(Path folder, Identity identity) throws IOException {
        write(
                folder,
                IDENTITY,
                properties(identity),
                "Whose data this is. Written by weldr; not to be edited or copied to another node.");
    }

    private static void write(Path folder, String name, Properties properties, String comment) throws IOException {
        StringWriter text = new StringWriter();
        properties.store(text, comment);
        Path next = folder.resolve(name + ".next");
        try (FileChannel out = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true); // the name too has to survive a power loss
        }
    }

    private static Properties properties(Identity identity) {
        Properties to = new Properties();
        to.setProperty("id", identity.id().value());
        to.setProperty("raft-id", identity.raftId().toString());
        to.setProperty("incarnation", identity.incarnation());
        to.setProperty("standing", identity.standing().name());
        if (identity.group() != null) {
            to.setProperty("cluster", identity.group().toString());
        }
        to.setProperty("again", String.valueOf(identity.again()));
        to.setProperty("founders", String.join(",", identity.founders()));
        to.setProperty("voters", text(identity.voters()));
        return to;
    }

    private static String text(Map<RaftId, HostPort> voters) {
        return voters.entrySet().stream()
                .map(voter -> voter.getKey() + "=" + voter.getValue())
                .collect(Collectors.joining(","));
    }

    private static Map<RaftId, HostPort> seats(@Nullable String text) {
        Map<RaftId, HostPort> voters = new TreeMap<>();
        for (String voter : list(text)) {
            int equals = voter.indexOf('=');
            voters.put(
                    RaftId.parse(voter.substring(0, Math.max(0, equals))), HostPort.parse(voter.substring(equals + 1)));
        }
        return voters;
    }

    private static Identity parse(String text) throws IOException {
        Properties from = new Properties();
        from.load(new StringReader(text));
        String group = from.getProperty("cluster");
        // Folders of the first days have none: there a member was known by its name alone.
        RaftId raftId = RaftId.parse(from.getProperty("raft-id", required(from, "id")));
        return new Identity(
                raftId,
                required(from, "incarnation"),
                Standing.valueOf(required(from, "standing")),
                group == null ? null : UUID.fromString(group),
                Boolean.parseBoolean(from.getProperty("again", "false")),
                new TreeSet<>(list(from.getProperty("founders"))),
                new TreeMap<>(seats(from.getProperty("voters"))));
    }

    private static List<String> list(@Nullable String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split(",")).filter(part -> !part.isEmpty()).toList();
    }

    private static String required(Properties from, String key) {
        String value = from.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
