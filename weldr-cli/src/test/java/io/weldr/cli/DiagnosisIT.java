package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.core.port.GatewayException;
import io.weldr.testing.Patience;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}, {@code top} and {@code support-bundle}, on a cluster that is well and on one that is not. */
class DiagnosisIT extends CommandsOnCluster {
    @TempDir
    private Path folder;

    @BeforeEach
    void anOrigin() {
        run("servers", "add", "http://127.0.0.1:81").done();
    }

    @Test
    void doctorFindsNothingInAHealthyCluster() {
        await().untilAsserted(() -> {
            Run doctor = run("doctor").done();
            assertThat(doctor.out()).startsWith("nothing found: 3 of 3 nodes checked, asked by n");
            assertThat(doctor.out()).contains("; clocks are at most ");
        });
        JsonNode json = run("doctor", "-o", "json").done().json();
        assertThat(json.path("healthy").asBoolean()).isTrue();
        assertThat(json.path("findings")).isEmpty();
        assertThat(json.path("members")).hasSize(3);
    }

    @Test
    void doctorSaysWhatIsWrongAndWhatToDoAndEndsWithSeven() {
        cluster.node(3).clockAhead(Duration.ofSeconds(75));
        cluster.node(2).stop();
        await().untilAsserted(() -> {
            Run doctor = run("doctor");
            assertThat(doctor.code()).isEqualTo(7);
            assertThat(doctor.err()).isEmpty();
            List<String> lines = doctor.out().lines().toList();
            assertThat(lines).hasSize(7);
            assertThat(lines.get(0)).isEqualTo("critical  n2  unreachable");
            assertThat(lines.get(2)).contains("-> ").contains("weldrctl cluster remove n2");
            assertThat(lines.get(3)).isEqualTo("warning  n3  clock");
            assertThat(lines.get(6)).startsWith("1 critical, 1 warning: 2 of 3 nodes checked, asked by n");
        });
        Run json = run("doctor", "-o", "json");
        assertThat(json.code()).isEqualTo(ExitCode.FINDINGS.code());
        JsonNode clock = json.json().path("findings").get(1);
        assertThat(clock.path("check").asText()).isEqualTo("clock");
        assertThat(clock.path("node").asText()).isEqualTo("n3");
    }

    @Test
    void doctorNeedsANode() {
        Run.of("doctor", "-e", "127.0.0.1:1", "--timeout", "500ms").failed(ExitCode.UNREACHABLE);
    }

    @Test
    void topShowsPoolsAndOriginsOnce() {
        await("a first sample").untilAsserted(() -> {
            Run top = run("top", "--once").done();
            assertThat(top.out().lines().toList().get(0))
                    .matches("127.*  nodes 3 of 3  numbers up to \\d+ s old  states 0 s old");
            assertThat(top.out()).contains("POOL ").contains("127.0.0.1:81").contains(" up");
            assertThat(top.out()).doesNotContain("\u001b");
        });
        JsonNode json = run("top", "--once", "-o", "json").done().json();
        assertThat(json.path("pools").get(0).path("name").asText()).isEqualTo("default");
        assertThat(json.path("pools")
                        .get(0)
                        .path("origins")
                        .get(0)
                        .path("state")
                        .asText())
                .isEqualTo("up");
        run("top", "--once", "--pool", "nowhere").failed(ExitCode.NOT_FOUND);
        run("top", "--interval", "1ms").failed(ExitCode.USAGE, "200ms");
    }

    @Test
    void topNeedsNoQuorumAndSaysWhoIsMissing() {
        cluster.node(2).stop();
        cluster.lead(null);
        cluster.fail(GatewayException.Kind.NO_LEADER);
        await("a first sample").untilAsserted(() -> {
            Run top = run("top", "--once").done();
            assertThat(top.out()).contains("nodes 2 of 3").contains("n2 is not in the numbers: ");
            assertThat(top.out()).contains("states of an unknown age");
        });
    }

    /** In a pipe it prints one look after the other, and ends when nobody reads any more. */
    @Test
    void topGoesOnUntilNobodyReads() throws Exception {
        CountDownLatch looks = new CountDownLatch(3);
        OutputStream reader = new OutputStream() {
            private final StringBuilder line = new StringBuilder();

            @Override
            public void write(int octet) throws java.io.IOException {
                if (octet != '\n') {
                    line.append((char) octet);
                    return;
                }
                JsonNode json = new ObjectMapper().readTree(line.toString());
                assertThat(json.path("members").isArray()).isTrue();
                line.setLength(0);
                looks.countDown();
                if (looks.getCount() == 0) {
                    throw new java.io.IOException("Broken pipe");
                }
            }
        };
        Run top = Run.into(reader, "top", "--interval", "200ms", "-o", "json", "-e", endpoints);
        assertThat(looks.await(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(top.code()).isEqualTo(1);
    }

    @Test
    void aSupportBundleHoldsEachNodeAndSaysSo() throws Exception {
        cluster.node(3).stop();
        Path file = folder.resolve("weldr.tar.gz");
        Run[] made = new Run[1];
        await("the other node").untilAsserted(() -> {
            Files.deleteIfExists(file);
            made[0] = run("support-bundle", file.toString()).done();
            assertThat(made[0].out()).doesNotContain("not in it: n2").contains("not in it: n3: ");
        });
        assertThat(made[0].out())
                .contains(
                        "doctor.json",
                        "n1/configuration.txt",
                        "n1/metrics.txt",
                        "n2/configuration.txt",
                        "wrote " + file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactly("weldr.tar.gz"); // nothing is left of the writing

        Process tar = new ProcessBuilder("tar", "xzf", file.toString(), "--strip-components=1", "-C", folder.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(tar.exitValue()).isZero();
        assertThat(folder.resolve("n1/configuration.txt")).hasContent("id: n1");
        assertThat(folder.resolve("README.txt")).content().contains("allow-list");
        assertThat(folder.resolve("MISSING.txt")).content().contains("n3: ");
        JsonNode doctor =
                new ObjectMapper().readTree(folder.resolve("doctor.json").toFile());
        assertThat(doctor.path("findings").get(0).path("node").asText()).isEqualTo("n3");
        JsonNode origins =
                new ObjectMapper().readTree(folder.resolve("origins.json").toFile());
        assertThat(origins.path("default").get(0).path("url").asText()).isEqualTo("http://127.0.0.1:81");

        run("support-bundle", file.toString()).failed(ExitCode.USAGE, "it exists already");
        run("support-bundle", folder.resolve("no/such.tar.gz").toString())
                .failed(ExitCode.REFUSED, "cannot be written");
    }
}
