package io.weldr.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the result of a command goes: standard output. A {@link java.io.PrintWriter} swallows the reason why nothing
 * can be written; this keeps it. Confined to one thread.
 */
final class ResultStream extends FilterOutputStream {
    private @Nullable IOException failure;

    ResultStream(OutputStream to) {
        super(to);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /**
     * Throws if anything could not be written.
     *
     * @throws ReaderGoneException whoever read this has closed it, as {@code head} does when it has enough
     * @throws CliException anything else, such as a full disk
     */
    void check() {
        IOException why = failure;
        if (why == null) {
            return;
        }
        String message = String.valueOf(why.getMessage());
        if (message.contains("Broken pipe")) { // EPIPE
            throw new ReaderGoneException();
        }
        throw CliException.output("standard output cannot be written: " + message);
    }
}
