package io.weldr.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of a package, by their path: relative, with {@code /} between names. A file belongs to root, and nobody
 * else may write it. Folders that are not named are made by whoever unpacks.
 */
final class Tree {
    static final int READ = 0644;
    static final int EXECUTE = 0755;

    /** A file, a folder or a link. */
    sealed interface Entry {}

    /** @param source the file of this machine that has its bytes */
    record Content(Path source, int mode) implements Entry {}

    /** @param owner the number of a user, and of its group */
    record Folder(int mode, int owner) implements Entry {}

    record Link(String target) implements Entry {}

    private final NavigableMap<String, Entry> entries = new TreeMap<>();
    private final Path written;

    /** @param written a folder of this machine for the files that the build writes itself */
    Tree(Path written) {
        this.written = written;
    }

    NavigableMap<String, Entry> entries() {
        return Collections.unmodifiableNavigableMap(entries);
    }

    Tree folder(String path, int mode, int owner) {
        entries.put(path, new Folder(mode, owner));
        return this;
    }

    Tree link(String path, String target) {
        entries.put(path, new Link(target));
        return this;
    }

    /** A file of that content. */
    Tree text(String path, String content) throws IOException {
        return file(path, Files.writeString(prepare(path), content));
    }

    /** A file of those bytes. */
    Tree bytes(String path, byte[] content) throws IOException {
        return file(path, Files.write(prepare(path), content));
    }

    private Path prepare(String path) throws IOException {
        Path file = written.resolve(path);
        Files.createDirectories(file.getParent());
        return file;
    }

    /** A file of this machine; it may be executed there if it may be executed here. */
    Tree file(String path, Path source) throws IOException {
        if (!Files.isRegularFile(source)) {
            throw new IOException(source + " is not a file (expected: one for " + path + " of a package)");
        }
        entries.put(path, new Content(source, Files.isExecutable(source) ? EXECUTE : READ));
        return this;
    }

    /** A folder of this machine with all that is in it. */
    Tree all(String path, Path source) throws IOException {
        try (Stream<Path> found = Files.walk(source)) {
            for (Path each : (Iterable<Path>) found::iterator) {
                if (!Files.isDirectory(each)) {
                    file(path + "/" + source.relativize(each), each);
                }
            }
        }
        return this;
    }
}
