package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A program that the build starts. Its output goes to a file, which the message of a failure names. */
final class Program implements AutoCloseable {
    /** Long for the slowest machine: whatever hangs ends the build. */
    static final long PATIENCE_SECONDS = 300;

    /** A cache fits the options that it was recorded with. */
    private static final Set<String> OPTIONS_OF_ANY_JAVA =
            Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        // Maven may be interrupted: what it started ends with it.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-training"));
    }

    private final List<String> command;
    private final Path output;
    private final Process process;

    private Program(List<String> command, Path output, Process process) {
        this.command = command;
        this.output = output;
        this.process = process;
        RUNNING.add(process);
        var unused = process.onExit().thenRun(() -> RUNNING.remove(process));
    }

    /**
     * Starts it in that folder; what it writes is added to {@code output}. Of the variables that weldr reads it gets
     * those of {@code environment} alone.
     *
     * @throws IOException it cannot be started
     */
    static Program start(Path folder, List<String> command, Map<String, String> environment, Path output)
            throws IOException {
        Files.createDirectories(output.toAbsolutePath().getParent());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("WELDR") || OPTIONS_OF_ANY_JAVA.contains(name));
        builder.environment().putAll(environment);
        return new Program(command, output, builder.start());
    }

    /**
     * Starts it likewise, and waits until it has ended.
     *
     * @throws IOException it cannot be started, fails, or does not end in time
     */
    static void run(Path folder, List<String> command, Map<String, String> environment, Path output)
            throws IOException {
        try (Program program = start(folder, command, environment, output)) {
            program.await();
        }
    }

    /**
     * Starts it likewise, waits until it has ended, and returns its exit code.
     *
     * @throws IOException it cannot be started, or does not end in time
     */
    static int exitOf(Path folder, List<String> command, Map<String, String> environment, Path output)
            throws IOException {
        try (Program program = start(folder, command, environment, output)) {
            program.awaitEnd();
            return program.process.exitValue();
        }
    }

    /**
     * Waits until it ends by itself.
     *
     * @throws IOException it failed, or did not end in time
     */
    void await() throws IOException {
        awaitEnd();
        if (process.exitValue() != 0) {
            throw new IOException(
                    this + " ended with " + process.exitValue() + "; its output, in " + output + ", ends:\n" + tail());
        }
    }

    /**
     * Asks it to end (SIGTERM) and waits.
     *
     * @throws IOException it failed, or did not end in time
     */
    void terminate() throws IOException {
        process.destroy();
        await();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once (SIGKILL), if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** A moment between two questions. */
    static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void awaitEnd() throws IOException {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(this + " did not end in " + PATIENCE_SECONDS + " s; its output is in " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + this, e);
        }
    }

    /** The end of what it wrote. */
    String tail() throws IOException {
        List<String> lines = Files.readString(output, UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    @Override
    public String toString() {
        return String.join(" ", command);
    }
}
