package io.weldr.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The files of a support bundle, in memory until they are written. Confined to one thread. */
final class Bundle {
    /** Of one file. */
    static final int FILE_BYTES_MAX = 4 << 20;

    /** Of all of them, before they are compressed: some thirty members. */
    static final int BYTES_MAX = 64 << 20;

    private static final String CUT = "\n(cut: this is not all of it)\n";

    private final String folder;
    private final Instant now;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private int bytes;

    /** @param folder that all files are in */
    Bundle(String folder, Instant now) {
        this.folder = folder;
        this.now = now;
    }

    /** Adds a file, or as much of it as there is room for. */
    void add(String name, String text) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        int room = Math.min(FILE_BYTES_MAX, BYTES_MAX - bytes);
        if (all.length > room) {
            byte[] note = CUT.getBytes(StandardCharsets.UTF_8);
            byte[] some = Arrays.copyOf(all, Math.max(note.length, room));
            System.arraycopy(note, 0, some, some.length - note.length, note.length);
            all = some;
        }
        files.put(name, all);
        bytes += all.length;
    }

    /** What is in it: sizes in bytes by name, in the order in which they were added. */
    Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        files.forEach((name, content) -> sizes.put(name, content.length));
        return sizes;
    }

    /**
     * Writes it as a whole or not at all; for the user alone.
     *
     * @param file there is none of that name yet
     */
    void write(Path file) {
        Path whole = file.toAbsolutePath();
        Path parent = whole.getParent();
        try {
            if (parent == null || Files.exists(whole)) {
                throw new CliException(
                        ExitCode.USAGE,
                        Output.printable(file + ": it exists already (expected: the name of a new file)"));
            }
            Path next = Files.createTempFile(parent, whole.getFileName().toString(), ".next", forUserAlone(whole));
            try {
                write(Files.newOutputStream(next));
                Files.move(next, whole, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(next);
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

    private void write(OutputStream to) throws IOException {
        try (TarWriter tar = new TarWriter(new GZIPOutputStream(new BufferedOutputStream(to)))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                tar.add(folder + "/" + file.getKey(), file.getValue(), now);
            }
        }
    }
}
