package io.weldr.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.it.harness.Http;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cluster on one machine, {@code deploy/local}, as a person meets it who has just cloned the project. */
@Timeout(1200)
class LocalIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

    /** Begins each change of the line that moves: to the first column, and erase. */
    private static final String ERASE = "\r\u001b[K";

    @TempDir
    private Path folder;

    @BeforeEach
    void needsCurl() throws Exception {
        boolean curl = isInstalled("curl");
        if (!curl) {
            System.out.println("SKIPPED: deploy/local: curl is not installed");
        }
        assumeTrue(curl, "curl is not installed");
    }

    @Test
    void comesUpSurvivesAKillAndGoesDown() throws Exception {
        Local local = new Local(TOP, folder);
        try {
            // What is on this machine is not asked through a proxy of the environment.
            Ended up = local.run(Map.of("http_proxy", "http://127.0.0.1:1"), "up");
            assertThat(up.exit()).as("%s", up).isZero();
            assertThat(up.out())
                    .contains("a request went through every node")
                    .contains("127.0.0.1:" + local.port(8080));
            assertThat(get(local.port(8082))).isEqualTo(200);
            allNodesHaveOneSecret(local);

            int leader = local.leader();
            int survivor = leader == 1 ? 2 : 1;
            String api = "http://127.0.0.1:" + local.port(8686 + survivor);
            Ended killed = local.run("kill", Integer.toString(leader));
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
            Ended status = local.run("status");
            assertThat(status.exit()).as("%s", status).isZero();
            assertThat(row(status, "n" + leader)).contains("stopped");
            assertThat(status.out()).contains("http://127.0.0.1:" + local.port(12345) + " up");
            assertThat(get(local.port(8079 + survivor))).isEqualTo(200);

            Ended started = local.run("start", Integer.toString(leader));
            assertThat(started.exit()).as("%s", started).isZero();
            assertThat(local.run("logs", Integer.toString(leader), "-n", "100").out())
                    .contains("node n" + leader);
            aNodeThatIsAskedToRestartIsStartedAgain(local, survivor, api);
            downAndUpKeepsThePoolEvenIfNoOriginIsUp(local, api);
        } finally {
            down(local);
        }
        assertThat(local.run("status").out()).doesNotContain("running").doesNotContain("leader");
        assertThat(local.run("clean").exit()).isZero();
        assertThat(local.data()).doesNotExist();
    }

    private static void aNodeThatIsAskedToRestartIsStartedAgain(Local local, int node, String api) throws Exception {
        String name = "n" + node;
        long before = local.pid(name);
        assertThat(Http.post(api + "/v1/cluster/members/" + name + "/restart", "")
                        .status())
                .isEqualTo(202);
        await("another process").until(() -> local.pid(name) != before && isAlive(local.pid(name)));
        await("the node")
                .until(() -> Http.get("http://127.0.0.1:" + local.port(8686 + node) + "/readyz")
                                .status()
                        == 200);
        assertThat(row(local.run("status"), name)).containsAnyOf("leader", "follower");
        assertThat(isAlive(before)).isFalse();
    }

    private static void allNodesHaveOneSecret(Local local) throws Exception {
        Path secret = local.data().resolve("secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        Set<String> fingerprints = new HashSet<>();
        for (String node : List.of("1", "2", "3")) {
            Matcher line = Pattern.compile("fingerprint [0-9a-f]{8}, of " + Pattern.quote(secret.toString()))
                    .matcher(local.run("logs", node).out());
            assertThat(line.find()).as("log of node %s", node).isTrue();
            fingerprints.add(line.group());
        }
        assertThat(fingerprints).hasSize(1);
    }

    private void downAndUpKeepsThePoolEvenIfNoOriginIsUp(Local local, String api) throws Exception {
        String policy = api + "/v1/pools/default/health";
        patch(policy, "{\"interval\":\"100ms\",\"timeout\":\"100ms\",\"failures\":1}");
        for (String server : List.of("a", "b")) {
            assertThat(local.run("kill", server).exit()).isZero();
        }
        await("both to be down").until(() -> states(api).stream().allMatch("down"::equals));
        // So rarely that no probe makes them up before all is up again.
        patch(policy, "{\"interval\":\"1h\"}");
        assertThat(local.run("down").exit()).isZero();
        Ended up = local.run("up");
        assertThat(up.exit()).as("%s", up).isZero();
        assertThat(up.out()).contains("the pool was kept");
        assertThat(Http.get(api + "/servers").body())
                .contains("http://127.0.0.1:1\"")
                .contains("http://127.0.0.1:" + local.port(12345))
                .contains("http://127.0.0.1:" + local.port(12346));
        patch(policy, "{\"interval\":\"1s\",\"timeout\":\"1s\"}");
        await("a request").until(() -> get(local.port(8080)) == 200);
    }

    @Test
    void aFailedUpKeepsWhatItStartedAndTheNextOneStartsTheRest() throws Exception {
        Local local = new Local(TOP, folder);
        Path inTheWay = local.data().resolve("data/n3");
        Files.createDirectories(inTheWay.getParent());
        Files.createFile(inTheWay);
        try {
            Ended failed = local.run("up");
            assertThat(failed.exit()).as("%s", failed).isEqualTo(1);
            assertThat(failed.out())
                    .contains("waiting for")
                    .doesNotContain("\r")
                    .doesNotContain("\u001b");
            assertThat(failed.err())
                    .contains("n3 ended")
                    .contains("local/n3.log")
                    .contains("is a file (expected: a folder)")
                    .contains("keeps running")
                    .contains("deploy/local logs 3")
                    .doesNotContain("\r");
            List<Long> kept = pids(local, "n1", "n2", "server-a", "server-b");
            assertThat(kept).allMatch(LocalIT::isAlive);
            partlyUp(local);

            // The time is over at once: the node that is missing is started, and not waited for.
            Files.delete(inTheWay);
            Ended tooSlow = local.run(Map.of("WELDR_LOCAL_WAIT", "0"), "up");
            assertThat(tooSlow.exit()).as("%s", tooSlow).isEqualTo(1);
            assertThat(tooSlow.err())
                    .contains("still waiting for")
                    .contains("after 0 s")
                    .contains(".log");
            long third = pids(local, "n3").get(0);
            assertThat(isAlive(third)).isTrue();

            Ended up = local.run("up");
            assertThat(up.exit()).as("%s", up).isZero();
            assertThat(up.out())
                    .contains("kept what ran already: n1 n2 n3 server-a server-b")
                    .contains("every node");
            assertThat(pids(local, "n1", "n2", "server-a", "server-b")).isEqualTo(kept);
            assertThat(pids(local, "n3")).containsExactly(third);
            assertThat(local.run("start", "1").err())
                    .contains("n1 runs already")
                    .contains(Long.toString(kept.get(0)));
            aLineMovesOnATerminalOnly(local);
        } finally {
            down(local);
        }
    }

    private static void partlyUp(Local local) throws Exception {
        Ended status = local.run("status");
        assertThat(status.exit()).as("%s", status).isZero();
        assertThat(row(status, "n3")).contains("ended");
        assertThat(status.out()).contains("n3: ended by itself").contains("logs 3");
        Ended clean = local.run("clean");
        assertThat(clean.exit()).isEqualTo(1);
        assertThat(clean.err()).contains("n1 n2 server-a server-b still run").contains("down first");
        assertThat(local.run("kill", "3").err()).contains("n3 does not run").contains("start 3");
        // The ports of a cluster are in its data.
        Ended elsewhere = local.run(Map.of("WELDR_LOCAL_PORT_OFFSET", "77"), "up");
        assertThat(elsewhere.exit()).isEqualTo(1);
        assertThat(elsewhere.err()).contains("WELDR_LOCAL_PORT_OFFSET is 77").contains("clean");
    }

    private static void aLineMovesOnATerminalOnly(Local local) throws Exception {
        if (!isInstalled("script")) {
            System.out.println("SKIPPED: deploy/local on a terminal: script is not installed");
            return;
        }
        Ended moving = local.runOnTerminal("xterm", "up");
        assertThat(moving.exit()).as("%s", moving).isZero();
        assertThat(moving.out())
                .containsPattern(Pattern.quote(ERASE) + " +\\d+ s  waiting for the test servers")
                .containsPattern(Pattern.quote(ERASE) + " +\\d+ s  waiting for a request");
        String end = moving.out().substring(moving.out().lastIndexOf(ERASE) + ERASE.length());
        assertThat(end).startsWith("kept what ran already").doesNotContain("waiting");
        assertThat(local.runOnTerminal("dumb", "up").out())
                .doesNotContain("\u001b")
                .contains("waiting for");
    }

    @Test
    void aTakenPortIsNamedAndNothingIsStarted() throws Exception {
        Local local = new Local(TOP, folder);
        int port = local.port(8081);
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            Ended refused = local.run("up");
            assertThat(refused.exit()).as("%s", refused).isEqualTo(1);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .contains("Nothing was started")
                    .contains("port " + port + " (n2, proxy)")
                    .contains("process " + ProcessHandle.current().pid())
                    .contains("WELDR_LOCAL_PORT_OFFSET=" + (local.port(0) + 1000));
        }
        assertThat(local.data().resolve("data")).doesNotExist();
        assertThat(local.run("status").out()).doesNotContain("running").contains("Nothing runs");
    }

    @Test
    void aBuildThatFailsShowsItsErrorsAndItsLog() throws Exception {
        Path top = folder.resolve("top");
        Path launch = top.resolve("deploy/src/bin/java-launch");
        Files.createDirectories(launch.getParent());
        Files.copy(TOP.resolve("deploy/local"), top.resolve("deploy/local"));
        Files.copy(TOP.resolve("deploy/src/bin/java-launch"), launch);
        executable(top.resolve("mvnw"), """
                #!/bin/sh
                echo '[INFO] Building weldr core 0.1.0-SNAPSHOT [3/11]'
                echo '[ERROR] Pool.java:[7,1] missing semicolon'
                echo '[ERROR] -> [Help 1]'
                exit 1
                """);
        Local local = new Local(top, folder);
        Ended failed = local.run(Map.of("WELDR_LOCAL_BUILD", ""), "up");
        assertThat(failed.exit()).as("%s", failed).isEqualTo(1);
        assertThat(failed.out()).startsWith("building weldr").contains("local/build.log");
        assertThat(failed.err())
                .contains("the build failed. Nothing was started")
                .contains("    [ERROR] Pool.java:[7,1] missing semicolon\n")
                .contains("local/build.log")
                .doesNotContain("Help 1");
        assertThat(local.run("logs", "build").out()).contains("Building weldr core");
        assertThat(local.data().resolve("data")).doesNotExist();
    }

    @Test
    void aJavaThatIsTooOldIsSaidBeforeAnythingElse() throws Exception {
        Path old = folder.resolve("jdk");
        Files.createDirectories(old.resolve("bin"));
        executable(old.resolve("bin/java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n");
        Local local = new Local(TOP, folder);
        Ended refused = local.run(Map.of("JAVA_HOME", old.toString()), "up");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .isEqualTo("deploy/local: " + old.resolve("bin/java") + " is version 11 (expected: 17 or later)\n");
        assertThat(local.data()).doesNotExist();
    }

    @Test
    void wrongArgumentsAreRefused() throws Exception {
        Local local = new Local(TOP, folder);
        for (String bad : List.of("many", "-1", "60000", "123456789012345678901")) {
            Ended refused = local.run(Map.of("WELDR_LOCAL_PORT_OFFSET", bad), "status");
            assertThat(refused.exit()).as(bad).isEqualTo(1);
            assertThat(refused.err()).contains("WELDR_LOCAL_PORT_OFFSET").contains(bad);
        }
        assertThat(local.run(Map.of("WELDR_LOCAL_WAIT", "5m"), "status").err()).contains("WELDR_LOCAL_WAIT is \"5m\"");
        assertThat(local.run("kill", "7").err())
                .contains("\"7\" does not exist")
                .contains("1 to 3");
        assertThat(local.run("logs").err()).contains("which one?");
        assertThat(local.run("logs", "2").err()).contains("n2 was not started yet");
        assertThat(local.run("start", "2").err()).contains("up first");
        assertThat(local.run("up", "now").err()).contains("takes no argument");
        assertThat(local.run("restart").err()).contains("\"restart\"").contains("start N");
        assertThat(local.run().exit()).isEqualTo(1);
        assertThat(local.run("down").out()).isEqualTo("nothing runs\n");
        Ended help = local.run("help");
        assertThat(help.exit()).isZero();
        assertThat(help.out())
                .contains("deploy/local up")
                .contains("WELDR_LOCAL_WAIT")
                .doesNotContain("set -");
        assertThat(local.data()).doesNotExist();
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        if (!isInstalled("shellcheck")) {
            System.out.println("SKIPPED: the scripts' check: shellcheck is not installed");
        }
        assumeTrue(isInstalled("shellcheck"), "shellcheck is not installed");
        List<String> command = new ArrayList<>(
                List.of("shellcheck", TOP.resolve("deploy/local").toString()));
        try (Stream<Path> scripts = Files.list(TOP.resolve("deploy/src/bin"))) {
            scripts.map(Path::toString).forEach(command::add);
        }
        for (String script : List.of("postinst", "prerm", "postrm")) {
            command.add(TOP.resolve("deploy/src/debian/" + script).toString());
        }
        Ended checked = Script.run(command, Map.of());
        assertThat(checked.out()).isEmpty();
        assertThat(checked.exit()).as("%s", checked).isZero();
    }

    private static void down(Local local) throws Exception {
        Ended down = local.run("down");
        assertThat(down.exit()).as("%s", down).isZero();
    }

    private static String row(Ended status, String name) {
        return status.out()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(status.toString()));
    }

    private static int get(int port) {
        return Http.get("http://127.0.0.1:" + port + "/").status();
    }

    /** Again while nobody leads. */
    private static void patch(String url, String body) {
        await("a change of " + url).until(() -> Http.patch(url, body).status() == 200);
    }

    private static List<String> states(String api) {
        List<String> states = new ArrayList<>();
        Http.get(api + "/servers")
                .json()
                .path("servers")
                .forEach(server -> states.add(server.path("state").asText()));
        return states;
    }

    private static List<Long> pids(Local local, String... names) throws IOException {
        List<Long> pids = new ArrayList<>();
        for (String name : names) {
            pids.add(local.pid(name));
        }
        return pids;
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static boolean isInstalled(String program) throws Exception {
        return Script.run(List.of("sh", "-c", "command -v " + program), Map.of())
                        .exit()
                == 0;
    }
}
