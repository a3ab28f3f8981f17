package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a test starts one of our programs. The suite starts some hundreds of processes, and half of what a start costs is loading
 * classes: so before the first story a node writes an archive of them (JEP 350), which all others map, {@code weldrctl} too. A test
 * sees no difference; a JVM that cannot use the archive goes on without.
 */
final class JavaCommand {
    private static final String NODE = "io.weldr.node.Main";
    private static final String WELDRCTL = "io.weldr.cli.Weldrctl";
    private static final String ARCHIVE = "node.jsa";
    /** Tells a test's process inside a network where the archives are. */
    static final String ARCHIVES_PROPERTY = "harness.classArchives";

    private static final Duration TRAINING_MAX = Duration.ofSeconds(60);

    private JavaCommand() {}

    /** Set to {@code true}: nodes get the options of {@code bin/weldr}, for what is measured, and not those of a test. */
    public static final String MEASURED_PROPERTY = "harness.measured";

    private static final List<String> MEASURED = List.of(
            "-Dio.netty.leakDetection.level=disabled",
            "-Xms64m",
            "-Xmx512m",
            "-XX:MaxDirectMemorySize=512m",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:MetaspaceSize=128m",
            "--enable-native-access=ALL-UNNAMED");

    /** The command up to and with the main class of a node. */
    static List<String> node() {
        if (!Boolean.getBoolean(MEASURED_PROPERTY)) {
            return with(NODE);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(MEASURED);
        command.addAll(List.of("-cp", CLASS_PATH, NODE));
        return command;
    }

    /** The same, with the classes of that folder in place of those of their names; null: none. */
    static List<String> node(@Nullable Path classes) {
        List<String> command = node();
        if (classes != null) {
            int at = command.indexOf("-cp") + 1;
            command.set(at, classes + File.pathSeparator + command.get(at));
        }
        return command;
    }

    /** The command up to and with the main class of {@code weldrctl}. */
    static List<String> weldrctl() {
        return with(WELDRCTL);
    }

    private static List<String> with(String main) {
        List<String> command = Run.java(
                CLASS_PATH,
                "-Xmx256m",
                "-Xshare:auto",
                "-XX:SharedArchiveFile=" + archives().resolve(ARCHIVE),
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
                there = trained();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            archives = there;
        }
        return there;
    }

    /** One JVM that runs stories writes the archive, and the others wait for it. It serves until a program or the JDK changes. */
    private static Path trained() throws IOException {
        Path folder =
                Files.createDirectories(Path.of("target", "class-archives").toAbsolutePath());
        Path of = folder.resolve("fingerprint");
        String fingerprint = fingerprint();
        try (FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = channel.lock();
            if (!Files.exists(of) || !Files.readString(of).equals(fingerprint)) {
                Files.deleteIfExists(of);
                train(folder);
                if (Files.exists(folder.resolve(ARCHIVE))) { // else the next build tries again
                    Files.writeString(of, fingerprint);
                }
            }
            lock.release();
        }
        return folder;
    }

    /** Of the JDK and of all that is on the class path. */
    private static String fingerprint() throws IOException {
        StringBuilder all = new StringBuilder(System.getProperty("java.home"));
        for (String entry : CLASS_PATH.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            all.append(entry);
            if (Files.exists(path)) {
                all.append(Files.size(path)).append(Files.getLastModifiedTime(path));
            }
        }
        return UUID.nameUUIDFromBytes(all.toString().getBytes(UTF_8)).toString();
    }

    /** Two nodes form a cluster, so that the archive has what members say to each other; one of them leads and follows in turn. */
    private static void train(Path folder) throws IOException {
        Path archive = folder.resolve(ARCHIVE);
        Files.deleteIfExists(archive); // of other programs
        Trainee trained = new Trainee("n1");
        Trainee other = new Trainee("n2");
        String peers = trained.peer() + "," + other.peer();
        List<Process> nodes = List.of(
                start(
                        folder.resolve("training.log"),
                        List.of("-XX:ArchiveClassesAtExit=" + archive),
                        trained.arguments(folder, peers)),
                start(folder.resolve("training-other.log"), List.of(), other.arguments(folder, peers)));
        try {
            awaitAnswer(nodes, trained.admin() + "/readyz");
            awaitAnswer(nodes, other.admin() + "/readyz");
            for (Trainee leader : List.of(other, trained)) {
                Http.post(trained.admin() + "/v1/cluster/leader", "{\"to\":\"" + leader.id() + "\"}");
            }
            Http.post(trained.admin() + "/servers", "{\"url\":\"" + other.admin() + "\"}"); // an origin to be probed
        } finally {
            nodes.forEach(Process::destroy);
            nodes.forEach(JavaCommand::waitFor);
        }
    }

    private record Trainee(String id, String grpc, String raft, String admin) {
        Trainee(String id) {
            this(id, address(), address(), "http://" + address());
        }

        private static String address() {
            return "127.0.0.1:" + Ports.free();
        }

        String peer() {
            return id + "=" + raft;
        }

        List<String> arguments(Path folder, String peers) throws IOException {
            return List.of(
                    NODE,
                    "--id",
                    id,
                    "--peers",
                    peers,
                    "--data-dir",
                    Files.createTempDirectory(folder, "training").toString(),
                    "--proxy-address",
                    address(),
                    "--admin-address",
                    admin.substring("http://".length()),
                    "--grpc-address",
                    grpc,
                    "--raft-address",
                    raft);
        }
    }

    /** Training that fails costs time alone: what is not in the archive is loaded as ever. */
    private static void awaitAnswer(List<Process> nodes, String url) {
        await("an answer at " + url + ", or a node to have failed")
                .atMost(TRAINING_MAX)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !nodes.stream().allMatch(Process::isAlive)
                        || Http.get(url).status() == 200);
    }

    private static Process start(Path output, List<String> options, List<String> program) throws IOException {
        List<String> command = Run.java(CLASS_PATH, "-Xmx256m");
        command.addAll(1, options);
        command.addAll(program);
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
