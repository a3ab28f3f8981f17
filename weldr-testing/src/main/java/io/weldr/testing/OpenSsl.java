package io.weldr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * {@code openssl s_client} and other programs as clients. A test is skipped where the program is missing. Confined to
 * the thread of a test.
 */
public final class OpenSsl implements AutoCloseable {
    private final Path folder;

    public OpenSsl(TestCa trusted) throws IOException {
        folder = Files.createTempDirectory("weldr-openssl");
        write("authority.pem", trusted.pem());
    }

    /** The certificate that is trusted. */
    public String authority() {
        return file("authority.pem");
    }

    /** A file of that name, which is removed in the end. */
    public String file(String name) {
        return folder.resolve(name).toString();
    }

    public void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    /** Shakes hands, sends a request that closes the connection, and says all that openssl and the server said. */
    public String get(int port, String name, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-servername", name, "-CAfile", authority()));
        command.addAll(List.of("-ign_eof", "-verify_return_error"));
        command.addAll(Arrays.asList(more));
        return run("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n", command.toArray(String[]::new));
    }

    /** Gets a URL by curl, which asks for that address in place of the name, and says what the server has said. */
    public String curl(String name, int port, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--cacert", authority()));
        command.addAll(List.of("--resolve", name + ":" + port + ":127.0.0.1"));
        command.addAll(Arrays.asList(more));
        command.add("https://" + name + ":" + port + "/");
        return run("", command.toArray(String[]::new));
    }

    /** What a program says on both outputs when it is given that. */
    public String run(String input, String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new TestAbortedException(command[0] + " is not installed", e);
        }
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // It has ended before it was told anything: what it says tells why.
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        try {
            if (!process.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("no end of " + command[0] + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return said;
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
