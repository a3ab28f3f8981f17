package io.weldr.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether standard output is a terminal, and how large. Java 17 does not tell: {@code /proc} and {@code stty} do. Where
 * they do not, it is none.
 *
 * @param columns of a line
 * @param lines of a page
 */
record Terminal(int columns, int lines) {
    private static final Path OUTPUT = Path.of("/proc/self/fd/1");
    private static final List<String> TERMINALS = List.of("/dev/pts/", "/dev/tty", "/dev/console");
    private static final long STTY_MILLIS_MAX = 500;

    /** What is not given, or makes no sense. */
    private static final Terminal USUAL = new Terminal(80, 24);

    /** Null: standard output is a file or a pipe. */
    static @Nullable Terminal now() {
        try {
            String name = Files.readSymbolicLink(OUTPUT).toString();
            return TERMINALS.stream().anyMatch(name::startsWith) ? size() : null;
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    private static Terminal size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(STTY_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return USUAL;
            }
            return parse(new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII));
        } catch (IOException | UncheckedIOException e) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.REFUSED, "interrupted");
        }
    }

    /** As {@code stty size} tells it: lines and columns. */
    static Terminal parse(String text) {
        String[] words = text.strip().split(" ", -1);
        if (words.length != 2 || !words[0].matches("[0-9]{1,5}") || !words[1].matches("[0-9]{1,5}")) {
            return USUAL;
        }
        int lines = Integer.parseInt(words[0]);
        int columns = Integer.parseInt(words[1]);
        return new Terminal(columns == 0 ? USUAL.columns : columns, lines == 0 ? USUAL.lines : lines);
    }
}
