package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A machine of a {@link Network} with one folder and one node, as operators have it: the node runs in that folder with
 * the arguments of a document, and its APIs listen on loopback. Everything is asked on the machine itself. Confined to
 * the test's thread.
 */
public final class Machine implements AutoCloseable {
    private final Host host;
    private final Path folder;
    private final Process process;

    private Machine(Host host, Path folder, Process process) {
        this.host = host;
        this.folder = folder;
        this.process = process;
    }

    /** Starts {@code bin/weldr} there with these arguments; does not wait. */
    public static Machine start(Host host, Path folder, String... arguments) throws IOException {
        return new Machine(host, folder, weldr(host, folder, List.of(arguments)));
    }

    private static Process weldr(Host host, Path folder, List<String> arguments) throws IOException {
        Files.createDirectories(folder);
        return Shipped.weldr(host.enter(), null, arguments)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output(folder).toFile()))
                .start();
    }

    private static Path output(Path folder) {
        return folder.resolve("output.log");
    }

    public Host host() {
        return host;
    }

    /** Everything that the node wrote. */
    public String output() {
        try {
            return Files.readString(output(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9 */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Waits for its end, and returns the exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the node did not end; it wrote: " + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The status of what {@code curl} on the machine gets of the HTTP API; 0: no answer. */
    public int status(String path, String... options) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}\n"));
        command.addAll(List.of(options));
        return Integer.parseInt(curl(command, path).strip());
    }

    /** The body of what {@code curl} on the machine gets of the HTTP API; empty: no answer. */
    public String get(String path) {
        return curl(new ArrayList<>(List.of("curl", "-s", "-m", "10")), path);
    }

    private String curl(List<String> command, String path) {
        command.add("http://127.0.0.1:8687" + path);
        List<String> entered = new ArrayList<>(host.enter());
        // curl exits with an error where there is no answer, which is one of the answers here.
        entered.addAll(List.of("sh", "-c", "\"$@\" || true", "sh"));
        entered.addAll(command);
        return Run.program(entered);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
