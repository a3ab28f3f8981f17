package io.weldr.node.lifecycle;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * A file that grows at its end and can be opened again by its name, after another program has renamed it. Each call of
 * {@code write} goes to one file as a whole. Thread safe; a write holds up {@link #reopen} and the other way round.
 */
final class LogFile extends OutputStream {
    private final Path path;
    private OutputStream out; // guarded by this
    private boolean closed; // guarded by this

    /** @throws IOException the file can neither be opened nor be made */
    LogFile(Path path) throws IOException {
        this.path = path;
        out = open(path);
    }

    private static OutputStream open(Path path) throws IOException {
        return new FileOutputStream(path.toFile(), true);
    }

    Path path() {
        return path;
    }

    /**
     * Goes on with the file that has the name now, and makes one if there is none. A closed log stays closed.
     *
     * @throws IOException the file can neither be opened nor be made; the log goes on with the one that it has
     */
    synchronized void reopen() throws IOException {
        if (closed) {
            return;
        }
        OutputStream last = out;
        out = open(path);
        last.close();
    }

    @Override
    public synchronized void write(int octet) throws IOException {
        out.write(octet);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        out.close();
    }
}
