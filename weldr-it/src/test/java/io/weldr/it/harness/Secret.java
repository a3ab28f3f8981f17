package io.weldr.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The secret of a cluster, as a file that nodes accept. */
public final class Secret {
    private Secret() {}

    /** Makes one in that folder, which is made, too. */
    public static Path in(Path folder) {
        try {
            return write(Files.createDirectories(folder).resolve("cluster.secret"), "a1".repeat(32) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the file at once, as the documents say: whoever reads it sees what was before, or all of this. */
    public static Path write(Path file, String content) throws IOException {
        Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), content);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
