package io.weldr.it.distribution;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Ports;
import io.weldr.raft.lead.Drill;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as it was built, run by its own scripts. */
class DistributionIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path BUILT = TOP.resolve("deploy/target");
    private static final Path WELDR = BUILT.resolve("weldr/bin/weldr");

    /** What is tried here is not how fast they get: compile what is hot alone, collect nothing while they load classes. */
    private static final String QUICK_JAVA =
            "-XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=3 -XX:MetaspaceSize=128m";

    private static final Map<String, String> QUICK_START =
            Map.of("WELDR_WARM_UP_TIME", "0s", "WELDR_JAVA_OPTS", QUICK_JAVA);

    private static final Map<String, String> WITH_WARM_UP =
            Map.of("WELDR_WARM_UP_TIME", "100ms", "WELDR_JAVA_OPTS", QUICK_JAVA);

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
        Ended good = weldr("check", "--config", shipped.toString());
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
        for (String document : List.of("README.md", "docs/proxy-limits.md", "docs/virtual-ip.md")) {
            assertThat(unpackedTo.resolve(document)).isRegularFile();
        }
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
                WITH_WARM_UP,
                out,
                folder.resolve("err"));
        try {
            await("a node from the archive")
                    .failFast(() ->
                            assertThat(node.isAlive()).as(Files.readString(out)).isTrue())
                    .until(() ->
                            Http.get("http://127.0.0.1:" + admin + "/readyz").status() == 200);
            await("leadership practised").until(() -> Files.readString(out).contains("Practised leadership"));
            node.destroy();
            assertThat(node.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(out)).isZero();
            assertThat(Files.readAllLines(out))
                    .as("what Ratis says of leaders that come and go in the drill")
                    .noneMatch(line -> line.contains(Drill.MEMBERS));
        } finally {
            node.destroyForcibly();
        }
    }

    @Test
    void theClusterOnOneMachineComesUpSurvivesAKillAndGoesDown() throws Exception {
        boolean curl =
                Script.run(List.of("sh", "-c", "command -v curl"), Map.of()).exit() == 0;
        if (!curl) {
            System.out.println("SKIPPED: deploy/local: curl is not installed");
        }
        assumeTrue(curl, "curl is not installed");
        int offset = freeOffset();
        Map<String, String> environment = new HashMap<>(QUICK_START);
        environment.put("WELDR_LOCAL_DIR", folder.resolve("local").toString());
        environment.put("WELDR_LOCAL_PORT_OFFSET", Integer.toString(offset));
        environment.put("WELDR_LOCAL_BUILD", "never");
        environment.put("http_proxy", "http://127.0.0.1:1"); // what is on this machine is not asked through it
        aTakenPortLeavesNothingBehind(environment, 8081 + offset);
        try {
            Ended up = local(environment, "up");
            assertThat(up.exit()).as("%s", up).isZero();
            assertThat(up.out()).contains("a request went through every node").contains("127.0.0.1:" + (8080 + offset));
            assertThat(Http.get("http://127.0.0.1:" + (8082 + offset) + "/").status())
                    .isEqualTo(200);

            Ended again = local(environment, "up");
            assertThat(again.exit()).isEqualTo(1);
            assertThat(again.err()).contains("it is up already");

            int leader = leader(environment);
            int survivor = leader == 1 ? 2 : 1;
            String api = "http://127.0.0.1:" + (8686 + survivor + offset);
            Ended killed = local(environment, "kill", Integer.toString(leader));
            assertThat(killed.exit()).as("%s", killed).isZero();
            long killedNanos = System.nanoTime();
            await("a change through a survivor")
                    .until(() -> Http.post(api + "/servers", "{\"url\":\"http://127.0.0.1:1\",\"weight\":0}")
                                            .status()
                                    / 100
                            == 2);
            System.out.printf(
                    "deploy/local: a change was taken %d ms after the leader was killed%n",
                    (System.nanoTime() - killedNanos) / 1_000_000);
            Ended status = local(environment, "status");
            assertThat(status.exit()).as("%s", status).isZero();
            assertThat(status.out().lines().filter(line -> line.startsWith("n" + leader)))
                    .singleElement()
                    .asString()
                    .contains("stopped");
            assertThat(status.out()).contains("http://127.0.0.1:" + (12345 + offset) + " up");
            assertThat(Http.get("http://127.0.0.1:" + (8079 + survivor + offset) + "/")
                            .status())
                    .isEqualTo(200);

            Ended started = local(environment, "start", Integer.toString(leader));
            assertThat(started.exit()).as("%s", started).isZero();
            assertThat(local(environment, "logs", Integer.toString(leader), "-n", "100")
                            .out())
                    .contains("node n" + leader);
            downAndUpKeepsThePoolEvenIfNoOriginIsUp(environment, offset, api);
        } finally {
            Ended down = local(environment, "down");
            assertThat(down.exit()).as("%s", down).isZero();
        }
        Ended status = local(environment, "status");
        assertThat(status.out()).doesNotContain("running").doesNotContain("leader");
    }

    private void aTakenPortLeavesNothingBehind(Map<String, String> environment, int port) throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            Ended refused = local(environment, "up");
            assertThat(refused.exit()).as("%s", refused).isEqualTo(1);
            assertThat(refused.err()).contains("port " + port).contains("Nothing was started");
        }
        assertThat(folder.resolve("local")).doesNotExist();
        assertThat(local(environment, "status").out()).doesNotContain("running");
    }

    /** The number of the node that leads, as a person would look it up. */
    private int leader(Map<String, String> environment) throws Exception {
        String line = local(environment, "status")
                .out()
                .lines()
                .filter(each -> each.matches("n[123] +leader .*"))
                .findFirst()
                .orElseThrow();
        return line.charAt(1) - '0';
    }

    private void downAndUpKeepsThePoolEvenIfNoOriginIsUp(Map<String, String> environment, int offset, String api)
            throws Exception {
        String policy = api + "/v1/pools/default/health";
        assertThat(Http.patch(policy, "{\"interval\":\"100ms\",\"timeout\":\"100ms\",\"failures\":1}")
                        .status())
                .isEqualTo(200);
        for (String server : List.of("a", "b")) {
            assertThat(local(environment, "kill", server).exit()).isZero();
        }
        await("both to be down").until(() -> states(api).stream().allMatch("down"::equals));
        // So rarely that no probe makes them up before all is up again.
        assertThat(Http.patch(policy, "{\"interval\":\"1h\"}").status()).isEqualTo(200);
        assertThat(local(environment, "down").exit()).isZero();
        Ended up = local(environment, "up");
        assertThat(up.exit()).as("%s", up).isZero();
        assertThat(up.out()).contains("the pool was kept");
        assertThat(Http.get(api + "/servers").body())
                .contains("http://127.0.0.1:1\"")
                .contains("http://127.0.0.1:" + (12345 + offset))
                .contains("http://127.0.0.1:" + (12346 + offset));
        assertThat(Http.patch(policy, "{\"interval\":\"100ms\"}").status()).isEqualTo(200);
        await("a request")
                .until(() ->
                        Http.get("http://127.0.0.1:" + (8080 + offset) + "/").status() == 200);
    }

    private static List<String> states(String api) {
        List<String> states = new ArrayList<>();
        Http.get(api + "/servers")
                .json()
                .path("servers")
                .forEach(server -> states.add(server.path("state").asText()));
        return states;
    }

    @Test
    void anOffsetThatIsNoNumberIsRefused() throws Exception {
        for (String bad : List.of("many", "-1", "60000", "123456789012345678901")) {
            Ended refused = local(Map.of("WELDR_LOCAL_PORT_OFFSET", bad), "status");
            assertThat(refused.exit()).as(bad).isEqualTo(1);
            assertThat(refused.err()).contains("WELDR_LOCAL_PORT_OFFSET").contains(bad);
        }
    }

    /** So that all ports of the cluster on one machine are free, and stay below those of the other stories' nodes ({@link Ports}). */
    private static int freeOffset() {
        Random random = new Random();
        for (int i = 0; i < 100; i++) {
            int offset = 1_000 + 10 * random.nextInt(660);
            if (IntStream.of(8080, 8081, 8082, 8687, 8688, 8689, 8787, 8788, 8789, 9687, 9688, 9689, 12345, 12346)
                    .allMatch(port -> Ports.isFree(port + offset))) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static Ended weldr(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(WELDR.toString()));
        command.addAll(List.of(arguments));
        return Script.run(command, Map.of());
    }

    /** From a folder that is none of the project's. */
    private Ended local(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "cd \"$0\" && exec \"$@\"",
                folder.toString(),
                TOP.resolve("deploy/local").toString()));
        command.addAll(List.of(arguments));
        return Script.run(command, environment);
    }
}
