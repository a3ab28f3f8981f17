package io.weldr.node;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process, and the secret that it makes or is given. */
class SecretIT {
    private static final Pattern FINGERPRINT = Pattern.compile("cluster secret, fingerprint ([0-9a-f]{8}), of (.*);");

    @TempDir
    private Path folder;

    private int starts;

    @Test
    void aNodeWithDefaultsMakesASecretAndKeepsItOverARestart() throws Exception {
        Path secret = folder.resolve("data/secret");
        String first = fingerprint(secret);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        byte[] made = Files.readAllBytes(secret);
        assertThat(fingerprint(secret)).isEqualTo(first);
        assertThat(Files.readAllBytes(secret)).isEqualTo(made);
    }

    /** Starts a node, stops it when it is up, and returns the fingerprint in its log. */
    private String fingerprint(Path secret) throws Exception {
        Path output = output();
        Process node = start(output);
        try {
            await("the node to be up")
                    .failFast(() -> assertThat(node.isAlive())
                            .as(Files.readString(output))
                            .isTrue())
                    .until(() -> Files.readString(output).contains("proxy on"));
            node.destroy();
            assertThat(exit(node)).as(Files.readString(output)).isZero();
        } finally {
            node.destroyForcibly();
        }
        Matcher line = FINGERPRINT.matcher(Files.readString(output));
        assertThat(line.find()).as(Files.readString(output)).isTrue();
        assertThat(line.group(2)).isEqualTo(secret.toString());
        return line.group(1);
    }

    @Test
    void aSecretThatOthersMayReadEndsTheStartWithOneLineAndLeavesNothing() throws Exception {
        Path secret = Files.writeString(folder.resolve("given"), "c3".repeat(32));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(refusal("--secret-file", secret.toString()))
                .isEqualTo("weldr: --secret-file: secret file \"" + secret
                        + "\": mode rw-r--r-- lets others than its owner read or write it (expected: mode 600, or mode 640 if root owns it: chmod 600 "
                        + secret + ")");
        assertThat(folder.resolve("data")).doesNotExist();

        Path own = Files.createDirectory(folder.resolve("data")).resolve("secret");
        Files.move(secret, own);
        assertThat(refusal()).startsWith("weldr: secret file \"" + own + "\": mode rw-r--r--");
        assertThat(folder.resolve("data")).isDirectoryNotContaining("glob:**identity");
    }

    /** The one line by which a start is refused as a bad configuration. */
    private String refusal(String... arguments) throws Exception {
        Path output = output();
        Process node = start(output, arguments);
        try {
            assertThat(exit(node)).as(Files.readString(output)).isEqualTo(Main.EXIT_USAGE);
        } finally {
            node.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private static int exit(Process node) throws InterruptedException {
        assertThat(node.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        return node.exitValue();
    }

    private Path output() {
        return folder.resolve("output-" + starts++);
    }

    private Process start(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED", // as the start scripts have it; else newer Java versions warn
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--data-dir",
                folder.resolve("data").toString(),
                "--proxy-address=127.0.0.1:0",
                "--admin-address=127.0.0.1:0",
                "--grpc-address=127.0.0.1:0",
                "--raft-address=127.0.0.1:" + Ports.free()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
