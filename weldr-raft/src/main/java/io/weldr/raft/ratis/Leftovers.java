package io.weldr.raft.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What attempts that failed left behind. Any thread. */
final class Leftovers {
    private Leftovers() {}

    /**
     * Removes the entries of that folder in which nothing was written for that long. That there is no such folder is
     * fine.
     */
    static void remove(Path folder, Duration age) throws IOException {
        Instant limit = Instant.now().minus(age);
        try (Stream<Path> attempts = Files.list(folder)) {
            for (Path attempt : attempts.toList()) {
                remove(attempt, limit);
            }
        } catch (NoSuchFileException e) {
            // There was no attempt yet.
        }
    }

    private static void remove(Path attempt, Instant limit) throws IOException {
        try (Stream<Path> walk = Files.walk(attempt)) {
            List<Path> all = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : all) {
                if (Files.getLastModifiedTime(path).toInstant().isAfter(limit)) {
                    return;
                }
            }
            for (Path path : all) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            // It was finished meanwhile, and moved to its place.
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
