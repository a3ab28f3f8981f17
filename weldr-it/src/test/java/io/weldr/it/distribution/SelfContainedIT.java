package io.weldr.it.distribution;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive with a runtime of its own, unpacked on a machine that has no Java. Skipped where the build found no JDK
 * to make it with.
 */
class SelfContainedIT {
    /**
     * About 102 MB when this was written: TLS, certificate authorities, the dashboard, traces, and what the caches know
     * of them.
     */
    private static final long BYTES_MAX = 105_000_000;

    /** About 4100 when this was written: those of the commands that the cache was trained with are loaded with it. */
    private static final int WELDRCTL_CLASSES_MAX = 4400;

    /** About 30 when this was written: nearly all are classes that the JVM makes while it runs. */
    private static final int WELDRCTL_CLASSES_UNCACHED_MAX = 100;

    @TempDir
    private Path machine;

    private Path home;
    private Path path;

    @BeforeEach
    void unpack() throws Exception {
        Path built = Path.of("../deploy/target").toAbsolutePath().normalize();
        Path found = find(built, "weldr-*-linux-x64.tar.gz");
        if (found == null) {
            System.out.println("SKIPPED: there is no archive with a runtime of its own in " + built);
            abort("no archive with a runtime of its own");
        }
        Path archive = Objects.requireNonNull(found);
        assertThat(Files.size(archive)).as("bytes to download").isLessThan(BYTES_MAX);
        // All that the scripts use of a machine; and no java.
        path = Files.createDirectories(machine.resolve("bin"));
        for (String program : List.of("readlink", "dirname")) {
            Path there = Files.writeString(path.resolve(program), "#!/bin/sh\nexec /usr/bin/" + program + " \"$@\"\n");
            assertThat(there.toFile().setExecutable(true)).isTrue();
        }
        Ended unpacked = Script.run(List.of("tar", "-xzf", archive.toString(), "-C", machine.toString()), Map.of());
        assertThat(unpacked.exit()).as("%s", unpacked).isZero();
        home = only(machine, "weldr-*");
    }

    @Test
    void runsWithoutAJavaAndWithoutARoomForTemporaryFiles() throws Exception {
        // A program that unpacks native libraries does it there.
        Node node = new Node("-Djava.io.tmpdir=/proc", "--transport", "epoll");
        try {
            node.awaitReady();
            Ended servers = run("bin/weldrctl", "--endpoint", node.grpc, "--timeout", "60s", "servers", "ls");
            assertThat(servers.exit()).as("%s", servers).isZero();
            assertThat(servers.out()).startsWith("ID");
            assertThat(servers.err()).isEmpty();
            weldrctlTakesItsClassesFromItsCache(node);
            assertThat(node.stop()).as(node.output()).isZero();
            assertThat(node.output().lines()).noneMatch(line -> line.contains("WARN") || line.contains("[warning]"));
        } finally {
            node.process.destroyForcibly();
        }
        for (String program : List.of("bin/weldr", "bin/weldrctl")) {
            Ended version = run(program, "--version");
            assertThat(version.exit()).as("%s", version).isZero();
            assertThat(version.err()).isEmpty();
        }
        Ended help = run("bin/weldr-testserver", "--help");
        assertThat(help.exit()).as("%s", help).isZero();
        assertThat(help.err()).isEmpty();
    }

    /**
     * A class that the cache does not hold is read, verified and linked at every start. Most of the time of a command
     * is such work.
     */
    private void weldrctlTakesItsClassesFromItsCache(Node node) throws IOException, InterruptedException {
        Path log = machine.resolve("classes.log");
        Map<String, String> environment = noJava("");
        environment.put("WELDRCTL_JAVA_OPTS", "-Xlog:class+load:file=" + log);
        Ended servers = Script.run(
                List.of(
                        home.resolve("bin/weldrctl").toString(),
                        "--endpoint",
                        node.grpc,
                        "--timeout",
                        "60s",
                        "servers",
                        "ls"),
                environment);
        assertThat(servers.exit()).as("%s", servers).isZero();
        List<String> loaded = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" source: "))
                .toList();
        assertThat(loaded).as("all classes").hasSizeBetween(1000, WELDRCTL_CLASSES_MAX);
        assertThat(loaded.stream().filter(line -> !line.contains("source: shared objects file")))
                .as("classes that are not in the cache")
                .hasSizeLessThan(WELDRCTL_CLASSES_UNCACHED_MAX);
        assertThat(loaded)
                .as("of no use for a table")
                .noneMatch(line -> line.contains(" com.fasterxml.jackson.") || line.contains(" jdk.jfr.events."));
    }

    @Test
    void theArchiveHasTheCompletionScript() throws Exception {
        Ended printed = run("bin/weldrctl", "completion");
        assertThat(printed.exit()).as("%s", printed).isZero();
        assertThat(home.resolve("share/completion/weldrctl.bash")).content().isEqualTo(printed.out());
    }

    @Test
    void aCacheThatDoesNotFitIsLeftOutAndSaidOnce() throws Exception {
        Path jar = only(home.resolve("lib"), "weldr-node-*.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2026-02-02T00:00:00Z")));
        Node node = new Node("-XX:TieredStopAtLevel=1");
        try {
            node.awaitReady();
            assertThat(node.stop()).as(node.output()).isZero();
            assertThat(node.output().lines().filter(line -> line.contains("cache")))
                    .singleElement()
                    .asString()
                    .contains("Starting without the cache")
                    .contains("lib/weldr.aot");
            assertThat(node.output()).doesNotContain("[warning]").doesNotContain("[error]");
        } finally {
            node.process.destroyForcibly();
        }
    }

    private Ended run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve(program).toString()));
        command.addAll(List.of(arguments));
        return Script.run(command, noJava(""));
    }

    private Map<String, String> noJava(String options) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", path.toString());
        environment.put("JAVA_HOME", "");
        environment.put("WELDR_JAVA_OPTS", options);
        return environment;
    }

    private static Path only(Path folder, String glob) throws IOException {
        return Objects.requireNonNull(find(folder, glob), glob);
    }

    private static @Nullable Path find(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
            Iterator<Path> all = found.iterator();
            return all.hasNext() ? all.next() : null;
        }
    }

    /** A node of the unpacked archive. */
    private final class Node {
        private final String admin = "127.0.0.1:" + Ports.free();
        private final String grpc = "127.0.0.1:" + Ports.free();
        private final Path out = machine.resolve("out");
        private final Process process;

        Node(String javaOptions, String... more) throws IOException {
            List<String> command =
                    new ArrayList<>(List.of(home.resolve("bin/weldr").toString()));
            command.addAll(List.of("--data-dir", machine.resolve("data").toString()));
            command.addAll(List.of("--proxy-address", "127.0.0.1:" + Ports.free(), "--admin-address", admin));
            command.addAll(List.of("--grpc-address", grpc, "--raft-address", "127.0.0.1:" + Ports.free()));
            command.addAll(List.of(more));
            process = Script.start(command, noJava(javaOptions), out, machine.resolve("err"));
        }

        void awaitReady() {
            await("a node from the archive")
                    .failFast(() -> assertThat(process.isAlive()).as(output()).isTrue())
                    .until(() -> Http.get("http://" + admin + "/readyz").status() == 200);
        }

        int stop() throws InterruptedException {
            process.destroy();
            assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            return process.exitValue();
        }

        String output() throws IOException {
            return Files.readString(out) + Files.readString(machine.resolve("err"));
        }
    }
}
