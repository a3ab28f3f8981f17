package io.weldr.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the log of a node takes on its disk.
 *
 * @param bytes of all files of the log and its snapshots
 * @param snapshotIndex the highest log index in a snapshot; 0: there is none
 */
public record LogUse(long bytes, long snapshotIndex) {
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d{1,18}_(\\d{1,18})");
    private static final String LOG_FOLDER = "log";

    /** More files than a log that is shortened ever has. */
    private static final int FILES_MAX = 100_000;

    /**
     * Looks at the folder. Blocks for as long as the disk takes.
     *
     * @param dataDir of a node that runs, or of none
     * @throws IOException the folder cannot be read
     */
    public static LogUse of(Path dataDir) throws IOException {
        Path log = dataDir.resolve(LOG_FOLDER);
        long bytes = 0;
        long snapshotIndex = 0;
        if (!Files.isDirectory(log)) {
            return new LogUse(0, 0);
        }
        try (Stream<Path> files = Files.walk(log).limit(FILES_MAX)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                bytes += size(file);
                Matcher snapshot = SNAPSHOT.matcher(String.valueOf(file.getFileName()));
                if (snapshot.matches()) {
                    snapshotIndex = Math.max(snapshotIndex, Long.parseLong(snapshot.group(1)));
                }
            }
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        return new LogUse(bytes, snapshotIndex);
    }

    /** The node may rename and delete files meanwhile. */
    private static long size(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
