package io.weldr.it.harness;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a test starts one of our programs. The suite starts some hundreds of processes, and half of what a start costs is loading
 * classes: so the first one of each program writes an archive of them (JEP 350), which all others map. A test sees no difference;
 * a JVM that cannot use the archive goes on without.
 */
final class JavaCommand {
    private static final String NODE = "io.weldr.node.Main";
    private static final String WELDRCTL = "io.weldr.cli.Weldrctl";
    /** Tells a test's process inside a network where the archives are. */
    static final String ARCHIVES_PROPERTY = "harness.classArchives";

    private static final Duration TRAINING_MAX = Duration.ofSeconds(60);

    private JavaCommand() {}

    /** Set to {@code true}: nodes get the options of {@code bin/weldr}, for what is measured, and not those of a test; they warm up, too. */
    public static final String MEASURED_PROPERTY = "harness.measured";

    private static final List<String> MEASURED = List.of(
            "-Dio.netty.leakDetection.level=disabled",
            "-Xms64m",
            "-Xmx512m",
            "-XX:MaxDirectMemorySize=512m",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "--enable-native-access=ALL-UNNAMED");

    /** The command up to and with the main class of a node. */
    static List<String> node() {
        if (!Boolean.getBoolean(MEASURED_PROPERTY)) {
            return with("node.jsa", NODE);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(MEASURED);
        command.addAll(List.of("-cp", CLASS_PATH, NODE));
        return command;
    }

    /** The command up to and with the main class of {@code weldrctl}. */
    static List<String> weldrctl() {
        return with("weldrctl.jsa", WELDRCTL);
    }

    private static List<String> with(String archive, String main) {
        List<String> command = Run.java(
                CLASS_PATH,
                "-Xmx256m",
                "-Xshare:auto",
                "-XX:SharedArchiveFile=" + archives().resolve(archive),
                "-Xlog:cds=off",
                "-Xlog:class+path=off");
        command.add(main);
        return command;
    }

    /** Without the folders of the tests: an archive is only for jars, and no program needs them. */
    private static final String CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("weldr-it" + File.separator + "target" + File.separator + "test-classes"))
            .filter(entry -> !entry.endsWith("weldr-it" + File.separator + "target" + File.separator + "classes"))
            .collect(Collectors.joining(File.pathSeparator));

    private static @Nullable Path archives; // guarded by the class

    /** The folder of the archives, which are written when the first test asks for them; or that of the process that started this one. */
    static synchronized Path archives() {
        String inherited = System.getProperty(ARCHIVES_PROPERTY);
        Path there = inherited == null ? archives : Path.of(inherited);
        if (there == null) {
            try {
                there = Files.createDirectories(
                        Path.of("target", "class-archives", System.getProperty("story.fork", "1"))
                                .toAbsolutePath());
                train(there);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            archives = there;
        }
        return there;
    }

    private static void train(Path folder) throws IOException {
        Path data = Files.createTempDirectory(folder, "training");
        Path output = folder.resolve("training.log");
        String admin = "127.0.0.1:" + Ports.free();
        String grpc = "127.0.0.1:" + Ports.free();
        Process node = dump(
                folder.resolve("node.jsa"),
                output,
                NODE,
                "--data-dir",
                data.toString(),
                "--proxy-address",
                "127.0.0.1:" + Ports.free(),
                "--admin-address",
                admin,
                "--grpc-address",
                grpc,
                "--raft-address",
                "127.0.0.1:" + Ports.free(),
                "--warm-up-time",
                "0s");
        try {
            await("the node to be ready, or to have failed")
                    .atMost(TRAINING_MAX)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !node.isAlive()
                            || Http.get("http://" + admin + "/readyz").status() == 200);
            Process weldrctl = dump(
                    folder.resolve("weldrctl.jsa"),
                    folder.resolve("training-weldrctl.log"),
                    WELDRCTL,
                    "--endpoint",
                    grpc,
                    "servers",
                    "ls");
            waitFor(weldrctl);
        } finally {
            node.destroy();
            waitFor(node);
        }
    }

    private static Process dump(Path archive, Path output, String... program) throws IOException {
        Files.deleteIfExists(archive);
        List<String> command = Run.java(CLASS_PATH, "-Xmx256m", "-XX:ArchiveClassesAtExit=" + archive);
        command.addAll(List.of(program));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static void waitFor(Process process) {
        try {
            if (!process.waitFor(TRAINING_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
