package io.weldr.raft.form;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What {@link Files} lacks. Any thread. */
public final class Folders {
    private Folders() {}

    /**
     * Removes a folder with all that is in it; that there is none is fine.
     *
     * @throws IOException if something stays; what came before it is gone
     */
    public static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
