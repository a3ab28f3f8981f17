package io.weldr.it.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.harness.Host;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.PortHolder;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.Ports;
import io.weldr.testserver.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl doctor} on real nodes: it is quiet while all is well, and names what is not. */
class DoctorIT {
    private static final int FINDINGS = 7;

    @TempDir
    private Path folder;

    /** As {@code check node}. How fast the disk of this machine is, is no matter of these stories. */
    private static Set<String> found(String endpoints) throws Exception {
        Weldrctl.Result result = Weldrctl.run(endpoints, "doctor", "-o", "json");
        assertThat(result.exit()).as(result.err()).isIn(0, FINDINGS);
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.path("findings").isEmpty()).isEqualTo(result.exit() == 0);
        Set<String> found = new TreeSet<>();
        for (JsonNode finding : json.path("findings")) {
            assertThat(finding.path("remedy").asText()).isNotEmpty();
            found.add(
                    (finding.path("check").asText() + " " + finding.path("node").asText("")).strip());
        }
        found.removeIf(each -> each.startsWith("disk-latency"));
        return found;
    }

    private static String endpoints(List<TestNode> nodes) {
        return nodes.stream().map(TestNode::grpcAddress).collect(Collectors.joining(","));
    }

    /** Whatever this machine allows: the limit of open files is no matter of these stories either. */
    private static final String[] SMALL = {"--limits-connections-max", "500"};

    private void launch(TestCluster cluster, TestNode node, String... more) throws Exception {
        Path secret = Secret.in(folder.resolve(node.id() + "-secret"));
        String[] all = new String[more.length + 4];
        all[0] = SMALL[0];
        all[1] = SMALL[1];
        all[2] = "--secret-file";
        all[3] = secret.toString();
        System.arraycopy(more, 0, all, 4, more.length);
        cluster.launchWith(node, all);
    }

    @Test
    void aHealthyClusterHasNoFindingAndWhatIsBrokenIsNamed() throws Exception {
        try (TestServer origin = TestServer.start();
                TestCluster cluster = TestCluster.of(folder, 3)) {
            for (TestNode node : cluster.nodes()) {
                launch(cluster, node);
            }
            TestNode leader = cluster.awaitLeader();
            leader.add("http://127.0.0.1:" + origin.port());
            String endpoints = endpoints(cluster.nodes());
            await("a cluster without findings")
                    .untilAsserted(() -> assertThat(found(endpoints)).isEmpty());

            // A listener whose port another program has.
            int port = Ports.free();
            try (PortHolder other = PortHolder.at(Host.loopback(), port)) {
                assertThat(other.isAlive()).isTrue();
                assertThat(Http.post(
                                        leader.adminUrl() + "/v1/listeners",
                                        "{\"name\":\"edge\",\"address\":\"127.0.0.1:" + port + "\"}")
                                .status())
                        .isEqualTo(201);
                await("listeners that cannot be bound")
                        .untilAsserted(() -> assertThat(found(endpoints))
                                .containsExactly("listener n1", "listener n2", "listener n3"));
                assertThat(Http.delete(leader.adminUrl() + "/v1/listeners/edge").status())
                        .isEqualTo(200);
                await("no listener that cannot be bound")
                        .untilAsserted(() -> assertThat(found(endpoints)).isEmpty());
            }

            // The first of the three steps in which a secret is replaced, on one member alone.
            TestNode second = cluster.node(2);
            Path secret = folder.resolve("n2-secret").resolve("cluster.secret");
            Secret.write(secret, Files.readString(secret) + "b2".repeat(32) + "\n");
            second.signal("HUP");
            await("a secret that is half replaced")
                    .untilAsserted(() -> assertThat(found(endpoints)).containsExactly("secret"));
            Secret.in(folder.resolve("n2-secret"));
            second.signal("HUP");
            await("one secret again")
                    .untilAsserted(() -> assertThat(found(endpoints)).isEmpty());

            // A member with other settings.
            assertThat(second.terminate()).isZero();
            await("a member that is away")
                    .untilAsserted(() -> assertThat(found(endpoints)).containsExactly("unreachable n2"));
            launch(
                    cluster,
                    second,
                    "--acme-directory",
                    "https://ca.example/directory",
                    "--limits-connections-max",
                    "5000000");
            cluster.awaitLeader();
            await("settings that differ")
                    .untilAsserted(() -> assertThat(found(endpoints)).containsExactly("open-files n2", "settings"));

            // No quorum, and nobody who probes.
            cluster.node(1).kill();
            cluster.node(3).kill();
            await("one node alone")
                    .untilAsserted(() -> assertThat(found(second.grpcAddress()))
                            .contains("no-leader", "unreachable n1", "unreachable n3"));
            await("what the node measures after its start").untilAsserted(() -> {
                Weldrctl.Result top = Weldrctl.run(second.grpcAddress(), "top", "--once");
                assertThat(top.exit()).as(top.err()).isZero();
                assertThat(top.out())
                        .contains("nodes 1 of 3", "n1 is not in the numbers", "127.0.0.1:" + origin.port())
                        .doesNotContain("\u001b");
            });
        }
    }

    /** The terminal is that of util-linux' script. */
    @Test
    void topDrawsOverWhatItHasDrawnOnATerminalAlone() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no program script (package bsdutils)");
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            String command = Path.of("../deploy/target/weldr/bin/weldrctl")
                            .toAbsolutePath()
                            .normalize() + " -e " + cluster.node(1).grpcAddress() + " top --interval 200ms";
            Path typescript = folder.resolve("typescript");
            Process terminal = new ProcessBuilder(
                            "/usr/bin/script", "-qfec", "stty rows 12 cols 40; exec " + command, typescript.toString())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                await("two screens")
                        .until(() -> Files.exists(typescript)
                                && Files.readString(typescript).split("\u001b\\[H", -1).length > 3);
            } finally {
                terminal.descendants().forEach(ProcessHandle::destroy);
                terminal.destroy();
                terminal.waitFor();
            }
            String[] screens = Files.readString(typescript).split("\u001b\\[H", -1);
            String[] lines = screens[1].split("\r\n", -1);
            assertThat(lines.length).isLessThanOrEqualTo(12);
            for (String line : lines) {
                assertThat(line.replaceAll("\u001b\\[[KJ]", "").length()).isLessThanOrEqualTo(40);
            }
            assertThat(screens[1]).contains("clients  ");
        }
    }
}
