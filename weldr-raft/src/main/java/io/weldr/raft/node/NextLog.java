package io.weldr.raft.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log that is to replace that of a data folder. It is complete before the identity of its cluster is written, and
 * is put in place afterwards. Each step may be repeated.
 */
final class NextLog {
    private static final String NEXT = "log.next";
    private static final String BEFORE = "before-recovery.";

    private final Path folder;

    /** @param folder the data folder */
    NextLog(Path folder) {
        this.folder = folder;
    }

    /** Where the next log is written, in a folder named after its cluster. */
    Path folder() {
        return folder.resolve(NEXT);
    }

    /** Whether anything is there. */
    boolean exists() throws IOException {
        try (Stream<Path> all = Files.list(folder())) {
            return all.findAny().isPresent();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Whether the log there is of the cluster of that identity. */
    boolean belongsTo(Identity identity) {
        UUID group = identity.group();
        return group != null && Files.exists(folder().resolve(group.toString()));
    }

    /** Where that which is of another cluster is kept. */
    Path before(UUID cluster) {
        return folder.resolve(BEFORE + cluster);
    }

    /** Puts the log in place, and whatever is there into {@link #before}. */
    void putInPlace(Identity identity) throws IOException {
        Path logs = folder.resolve(DataFolder.LOG_FOLDER);
        Path voters = folder.resolve(VotersFile.NAME);
        for (Path other : logs(logs)) {
            UUID cluster = cluster(other);
            if (cluster == null || cluster.equals(identity.group())) {
                continue;
            }
            Path kept = before(cluster).resolve(DataFolder.LOG_FOLDER);
            Files.createDirectories(kept);
            if (Files.exists(voters)) { // First: they are of the cluster of this log.
                move(voters, before(cluster).resolve(VotersFile.NAME));
            }
            move(other, kept.resolve(cluster.toString()));
            Folders.sync(kept);
            Folders.sync(before(cluster));
        }
        Files.deleteIfExists(voters);
        Files.createDirectories(logs);
        Path next = folder().resolve(String.valueOf(identity.group()));
        if (Files.exists(next)) {
            move(next, logs.resolve(String.valueOf(identity.group())));
        }
        Folders.sync(logs);
        Files.deleteIfExists(folder());
        Folders.sync(folder);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The logs in that folder, of whatever cluster. */
    static List<Path> logs(Path in) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(in)) {
            all.filter(Files::isDirectory).filter(each -> cluster(each) != null).forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return found;
    }

    private static @Nullable UUID cluster(Path log) {
        try {
            return UUID.fromString(String.valueOf(log.getFileName()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
