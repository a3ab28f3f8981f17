package io.weldr.it.distribution;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Secret;
import io.weldr.testing.Markdown;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as it was built, run by its own scripts. */
class DistributionIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path BUILT = TOP.resolve("deploy/target");
    private static final Path WELDR = BUILT.resolve("weldr/bin/weldr");

    /**
     * What is tried here is not how fast they get: compile what is hot alone, collect nothing while they load classes.
     */
    static final String QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=3 -XX:MetaspaceSize=128m";

    @TempDir
    private Path folder;

    @Test
    void saysWhatItIsAndWhatItTakes() throws Exception {
        Ended version = weldr("--version");
        assertThat(version.exit()).as("%s", version).isZero();
        assertThat(version.out().strip()).matches("weldr \\d+\\.\\d+\\.\\d+\\S*");
        assertThat(version.err()).isEmpty();

        Ended help = weldr("--help");
        assertThat(help.exit()).isZero();
        assertThat(help.out())
                .contains("--proxy-address")
                .contains("--data-dir")
                .contains("Exit codes");
        assertThat(help.err()).isEmpty();

        Ended unknown = weldr("--no-such-flag");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err().lines()).singleElement().asString().startsWith("weldr: ");
    }

    @Test
    void checksAConfigurationWithoutStarting() throws Exception {
        Path shipped = BUILT.resolve("weldr/conf/weldr.yaml");
        Ended good = weldr(
                "check",
                "--config",
                shipped.toString(),
                "--secret-file",
                Secret.in(folder).toString());
        assertThat(good.exit())
                .as("the configuration that is shipped: %s", good)
                .isZero();
        assertThat(good.out())
                .contains("0.0.0.0:8080")
                .contains("/var/lib/weldr")
                .endsWith("ok\n");

        Path bad = Files.writeString(folder.resolve("bad.yaml"), "id: n1\nproxy-adress: 127.0.0.1:80\n");
        Ended refused = weldr("check", "--config", bad.toString());
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .contains("bad.yaml")
                .contains("2")
                .contains("proxy-adress");
        assertThat(folder.resolve("weldr-data")).doesNotExist();
    }

    @Test
    void theArchiveUnpacksAndRuns() throws Exception {
        Path archive;
        try (Stream<Path> files = Files.list(BUILT)) {
            archive = files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .filter(file -> !file.toString().endsWith("-linux-x64.tar.gz")) // SelfContainedIT
                    .findFirst()
                    .orElseThrow();
        }
        Ended unpacked = Script.run(List.of("tar", "-xzf", archive.toString(), "-C", folder.toString()), Map.of());
        assertThat(unpacked.exit()).as("%s", unpacked).isZero();
        Path unpackedTo;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).as("one folder").hasSize(1);
            unpackedTo = all.get(0);
        }
        List<Path> documents = Markdown.documents(unpackedTo, Set.of());
        assertThat(documents).contains(unpackedTo.resolve("README.md"), unpackedTo.resolve("docs/reference/limits.md"));
        for (Path document : documents) {
            assertThat(Markdown.brokenLinks(document))
                    .as("links of %s that lead to no file of the archive", unpackedTo.relativize(document))
                    .isEmpty();
        }
        Path cache = Files.createFile(unpackedTo.resolve("lib/weldr.jsa"));
        Ended withoutCache = Script.run(List.of(unpackedTo.resolve("bin/weldr").toString(), "--version"), Map.of());
        assertThat(withoutCache.exit())
                .as("a cache that does not fit: %s", withoutCache)
                .isZero();
        assertThat(withoutCache.err()).isEmpty();
        Files.delete(cache);
        int admin = Ports.free();
        Path out = folder.resolve("out");
        Process node = Script.start(
                List.of(
                        unpackedTo.resolve("bin/weldr").toString(),
                        "--data-dir",
                        folder.resolve("data").toString(),
                        "--proxy-address",
                        "127.0.0.1:" + Ports.free(),
                        "--admin-address",
                        "127.0.0.1:" + admin,
                        "--grpc-address",
                        "127.0.0.1:" + Ports.free(),
                        "--raft-address",
                        "127.0.0.1:" + Ports.free()),
                Map.of("WELDR_JAVA_OPTS", QUICK_JAVA),
                out,
                folder.resolve("err"));
        try {
            await("a node from the archive")
                    .failFast(() ->
                            assertThat(node.isAlive()).as(Files.readString(out)).isTrue())
                    .until(() ->
                            Http.get("http://127.0.0.1:" + admin + "/readyz").status() == 200);
            node.destroy();
            assertThat(node.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(out)).isZero();
        } finally {
            node.destroyForcibly();
        }
    }

    private static Ended weldr(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(WELDR.toString()));
        command.addAll(List.of(arguments));
        return Script.run(command, Map.of());
    }
}
