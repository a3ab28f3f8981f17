package io.weldr.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file that is written as a whole or not at all, for the user alone. Confined to one thread. */
final class NewFile {
    private static final String PART = ".part";

    private final Path file;
    private final boolean replaces;

    /** @param replaces whether there may be one of that name */
    NewFile(Path file, boolean replaces) {
        this.file = file;
        this.replaces = replaces;
    }

    /** Throws {@link CliException} if there is one of that name already, or no folder for it. */
    void check() {
        Path folder = folder();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new CliException(
                    ExitCode.USAGE, Output.printable(file + ": no file (expected: a file in a folder that exists)"));
        }
        if (!replaces && Files.exists(file)) {
            throw new CliException(
                    ExitCode.USAGE,
                    Output.printable(file + ": it exists already (expected: the name of a new file, or --force)"));
        }
    }

    private @Nullable Path folder() {
        return file.toAbsolutePath().getParent();
    }

    /** Writes it, with mode 600. It is on disk when this returns. */
    void write(ByteBuffer bytes) {
        check();
        Path part = file.resolveSibling(file.getFileName() + PART);
        try {
            Files.deleteIfExists(part); // Of a command that was interrupted; its mode may be another one.
            try (FileChannel to = FileChannel.open(
                    part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), forUserAlone(part))) {
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                to.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            Path folder = folder();
            if (folder != null) {
                try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                    names.force(true); // The name has to survive a power loss, too.
                }
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, Output.printable(file + " cannot be written: " + e));
        }
    }

    private static FileAttribute<?>[] forUserAlone(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
