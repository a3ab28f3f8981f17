package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.testkit.TestNode;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.Count;
import io.weldr.testing.Patience;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands, as an operator uses them. */
class WeldrctlIT extends CommandsOnCluster {
    @Test
    void serversAreAddedListedChangedAndRemoved() {
        assertThat(run("servers", "add", "http://127.0.0.1:12345").done().out())
                .startsWith("created 127.0.0.1:12345 (http://127.0.0.1:12345, up, weight 1) at revision ");
        assertThat(run("servers", "add", "http://127.0.0.1:12345").done().out()).startsWith("unchanged ");
        List<String> table = run("servers", "ls").done().out().lines().toList();
        assertThat(table).hasSize(2);
        assertThat(table.get(0)).startsWith("ID").contains("STATE");
        assertThat(table.get(1)).startsWith("127.0.0.1:12345  http://127.0.0.1:12345  up");
        assertThat(table.get(1))
                .as("no fraction of a second")
                .containsPattern(" [0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z +-$");

        assertThat(run("servers", "set", "127.0.0.1:12345", "--weight", "7", "--drain=5s")
                        .done()
                        .out())
                .contains("draining, weight 7");
        assertThat(run("servers", "set", "127.0.0.1:12345", "--enable").done().out())
                .contains("up, weight 7");
        assertThat(run("servers", "set", "127.0.0.1:12345", "--maintenance")
                        .done()
                        .out())
                .contains("maintenance");
        run("servers", "rm", "127.0.0.1:12345").done();
        run("servers", "rm", "127.0.0.1:12345").failed(ExitCode.NOT_FOUND, "no-such-origin");
    }

    @Test
    void aServerWithAnIdIsFoundByItsAddressToo() {
        run("servers", "add", "http://[::1]:80", "--id", "web-1").done();
        run("servers", "set", "[::1]:80", "--weight", "3").done();
        assertThat(run("servers", "rm", "[::1]:80").done().out()).startsWith("removed web-1");
    }

    @Test
    void scriptsGetJson() {
        JsonNode added = run("servers", "add", "http://127.0.0.1:1", "-o", "json", "--wait", "--interval", "5s")
                .done()
                .json();
        assertThat(added.path("effect").asText()).isEqualTo("created");
        assertThat(added.path("server").path("health").path("interval").asText())
                .isEqualTo("5s");
        assertThat(added.path("server").path("health").path("failures").asInt()).isEqualTo(3);
        assertThat(added.path("applied")).hasSize(3);
        JsonNode list = run("-o", "json", "servers", "ls").done().json();
        assertThat(list.path("servers").get(0).path("state").asText()).isEqualTo("up");
        assertThat(run("-o", "json", "servers", "ls", "--stale").done().json().has("age"))
                .isTrue();
    }

    @Test
    void theHealthPolicyIsShownAndChangedInPart() {
        assertThat(run("health", "get").done().out()).contains("interval: 30s");
        run("health", "set", "--interval", "250ms", "--probe-timeout", "100ms", "--failures", "5", "--confirm", "any")
                .done();
        JsonNode policy = run("health", "get", "-o", "json").done().json().path("health");
        assertThat(policy.path("interval").asText()).isEqualTo("250ms");
        assertThat(policy.path("failures").asInt()).isEqualTo(5);
        assertThat(policy.path("passes").asInt()).isEqualTo(2);
        assertThat(policy.path("confirm").asText()).isEqualTo("any");
        run("health", "set", "--confirm", "nobody").failed(ExitCode.USAGE, "majority, any, leader-only");
        run("health", "set", "--probe-timeout", "1h").failed(ExitCode.USAGE, "timeout");
        run("health", "set").failed(ExitCode.USAGE, "nothing to change (expected: at least one setting)");
    }

    @Test
    void statsAreSumsAndSayWhoIsMissing() {
        run("servers", "add", "http://127.0.0.1:1").done();
        Traffic one = new Traffic(
                new Count(10, 1),
                new Count(9, 2),
                List.of(new Traffic.OriginTraffic(
                        PoolName.DEFAULT,
                        new OriginId("127.0.0.1:1"),
                        HostPort.parse("127.0.0.1:1"),
                        new Count(9, 2),
                        1)));
        cluster.nodes().forEach(node -> node.traffic(one));
        JsonNode stats = run("stats", "-o", "json").done().json();
        assertThat(stats.path("client").path("success").asLong()).isEqualTo(30);
        assertThat(stats.path("servers").get(0).path("failed").asLong()).isEqualTo(6);
        assertThat(stats.path("servers").get(0).path("ejectedBy").asInt()).isEqualTo(3);
        assertThat(run("stats").done().out()).contains("EJECTED BY").contains("3 nodes");
        cluster.node(3).stop();
        assertThat(run("stats").done().out()).contains("missing: n3");
    }

    @Test
    void theClusterIsATableOfMembers() {
        cluster.node(3).lag(true);
        run("servers", "add", "http://127.0.0.1:1").done();
        // A member that is slow for a moment is missing from a table.
        await().untilAsserted(() -> {
            List<String> table = run("cluster").done().out().lines().toList();
            assertThat(table).hasSize(9).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
            assertThat(table.get(0)).containsSubsequence("ID", "ROLE", "APPLIED", "LAG", "UPTIME", "VERSION");
            assertThat(table.get(1)).matches("n1 +leader\\* +3 +[0-9]+ +0 +([0-9]+m )?[0-9]+s +0.0-test");
            assertThat(table.get(3)).matches("n3 +follower +3 +[0-9]+ +1 +([0-9]+m )?[0-9]+s +0.0-test");
            assertThat(table.get(5)).containsSubsequence("ID", "ADMIN", "GRPC", "PROXY", "RAFT");
            assertThat(table.get(6)).contains(cluster.node(1).endpoint());
        });
        await().untilAsserted(() -> {
            JsonNode third =
                    run("cluster", "-o", "json").done().json().path("members").get(2);
            assertThat(third.path("lag").asLong()).isEqualTo(1);
            assertThat(third.path("uptimeSeconds").isIntegralNumber()).isTrue();
        });
        cluster.node(3).lag(false);
        cluster.node(2).stop();
        assertThat(run("cluster").done().out()).contains("missing");
        cluster.lead(null);
        assertThat(run("cluster").done().out()).contains("no member acts as leader");
    }

    @Test
    void aHealthCheckFailsWithTheReasons() {
        String node = cluster.node(1).endpoint();
        assertThat(Run.of("ready", "-e", node).done().out()).isEqualToIgnoringNewLines("n1 is ready");
        assertThat(Run.of("ready", "-e", node, "-o", "json")
                        .done()
                        .json()
                        .path("node")
                        .asText())
                .isEqualTo("n1");
        run("ready").failed(ExitCode.USAGE, "3 addresses", "expected");

        cluster.node(1).unready("the state is not loaded yet", "the proxy is not bound");
        Run.of("ready", "-e", node)
                .failed(ExitCode.REFUSED, "not-ready: n1: the state is not loaded yet; the proxy is not bound");
        JsonNode error = Run.of("ready", "-e", node, "-o", "json").jsonError(ExitCode.REFUSED);
        assertThat(error.path("type").asText()).isEqualTo("not-ready");

        cluster.node(1).stop();
        Run.of("ready", "-e", node).failed(ExitCode.UNREACHABLE, "connection refused");
    }

    @Test
    void everyCommandTellsThatItsOutputCannotBeWritten() {
        run("servers", "add", "http://127.0.0.1:1").done();
        String[] commands = {
            "servers add http://127.0.0.1:2",
            "servers ls",
            "-o json servers show 127.0.0.1:2",
            "servers set 127.0.0.1:2 --weight 2",
            "servers rm 127.0.0.1:2",
            "health get",
            "health set --interval 5s",
            "stats",
            "cluster",
            "-o json cluster status",
            "cluster transfer-leader n2",
            "watch --after 1"
        };
        for (String command : commands) {
            String[] words = (command + " -e " + endpoints).split(" ", -1);
            Run full = Run.into(CommandLineTest.broken("No space left on device"), words);
            assertThat(full.code()).as(command).isEqualTo(ExitCode.REFUSED.code());
            assertThat(full.err()).as(command).contains("standard output cannot be written: No space left on device");
            boolean change = command.matches(".* (add|set|rm|transfer-leader) .*");
            assertThat(full.err().contains("it was done, but ")).as(command).isEqualTo(change);
            Run gone = Run.into(CommandLineTest.broken("Broken pipe"), words);
            assertThat(gone.code()).as(command).isIn(ExitCode.REFUSED.code(), ExitCode.NOT_FOUND.code());
            assertThat(gone.err()).as(command).doesNotContain("Broken pipe");
        }
    }

    /** A virtual machine that ends waits 300 ms for such a thread. */
    @Test
    void noThreadOfACommandIsLeftInASystemCall() {
        run("servers", "ls").done();
        run("watch", "--after", "0", "--count", "0").done();
        Run.of(
                "servers",
                "ls",
                "--timeout",
                "1s",
                "-e",
                cluster.node(1).member().admin().toString());
        await("the end of all event loops of weldrctl")
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("weldrctl-")));
    }

    @Test
    void errorsAreJsonToo() {
        JsonNode missing = run("-o", "json", "servers", "rm", "nothing").jsonError(ExitCode.NOT_FOUND);
        assertThat(missing.path("type").asText()).isEqualTo("no-such-origin");
        assertThat(missing.path("detail").asText()).contains("nothing").doesNotContain("no-such-origin");
        cluster.fail(Kind.NO_LEADER);
        JsonNode leaderless = run("-o", "json", "servers", "add", "http://127.0.0.1:1", "--timeout", "4s")
                .jsonError(ExitCode.UNREACHABLE);
        assertThat(leaderless.path("type").asText()).isEqualTo("no-leader");
        cluster.nodes().forEach(TestNode::stop);
        assertThat(run("-o", "json", "servers", "ls")
                        .jsonError(ExitCode.UNREACHABLE)
                        .path("type")
                        .asText())
                .isEqualTo("unreachable");
        assertThat(run("-o", "json", "watch")
                        .jsonError(ExitCode.UNREACHABLE)
                        .path("type")
                        .asText())
                .isEqualTo("unreachable");
    }

    @Test
    void otherWordsForTheSameAreTakenToo() {
        run("servers", "add", "http://127.0.0.1:1", "--id", "web-1").done();
        run("servers", "add", "http://127.0.0.1:2").done();
        assertThat(run("servers", "list").done().out())
                .isEqualTo(run("servers", "ls").done().out());
        assertThat(run("servers", "show", "web-1").done().out())
                .contains("web-1")
                .doesNotContain("127.0.0.1:2");
        assertThat(run("servers", "show", "127.0.0.1:1").done().out()).contains("web-1");
        run("servers", "show", "web-2").failed(ExitCode.NOT_FOUND, "web-2", "expected");
        assertThat(run("servers", "delete", "web-1").done().out()).startsWith("removed web-1");
        assertThat(run("health", "show").done().out())
                .isEqualTo(run("health", "get").done().out());
        for (String word : new String[] {"show", "list", "ls", "status"}) {
            assertThat(run("cluster", word).done().out()).contains("leader*");
        }
    }

    @Test
    void conflictsHaveTheirOwnCode() {
        run("servers", "add", "http://127.0.0.1:1").done();
        run("servers", "add", "http://127.0.0.1:1", "--weight", "9").failed(ExitCode.CONFLICT, "already-exists");
        run("servers", "add", "http://127.0.0.1:1", "--new").failed(ExitCode.CONFLICT, "precondition-failed");
        run("servers", "rm", "127.0.0.1:1", "--if-revision", "999").failed(ExitCode.CONFLICT, "precondition-failed");
        run("servers", "ls", "--pool", "web").failed(ExitCode.NOT_FOUND, "no-such-pool");
    }

    @Test
    void whatIsNotValidIsUsage() {
        run("servers", "add", "ftp://127.0.0.1:1").failed(ExitCode.USAGE, "ftp", "expected");
        run("servers", "add").failed(ExitCode.USAGE, "URL", "--help");
        run("servers").failed(ExitCode.USAGE, "missing");
        run("servres").failed(ExitCode.USAGE, "servres");
        Run.of("servers", "ls", "--endpoint", "nowhere").failed(ExitCode.USAGE, "nowhere", "host:port");
        Run.of("servers", "ls", "--timeout", "soon").failed(ExitCode.USAGE, "soon");
    }

    @Test
    void theListShowsTheLastProbeAndTheTimesOfADrain() {
        run("servers", "add", "http://127.0.0.1:1", "--id", "web1").done();
        run("servers", "add", "http://127.0.0.1:2", "--id", "web2").done();
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        run("servers", "set", "web2", "--drain=1h").done();
        cluster.node(1)
                .probed(new LastProbe(
                        PoolName.DEFAULT,
                        new OriginId("web1"),
                        Instant.parse("2026-01-31T12:00:00.250Z"),
                        false,
                        "status 503 (expected 200-299)",
                        Duration.ofNanos(1_500_000)));
        endpoints = cluster.node(2).endpoint();
        await().untilAsserted(() -> {
            List<String> narrow = run("servers", "ls").done().out().lines().toList();
            assertThat(narrow).hasSize(4);
            assertThat(narrow.subList(0, 3)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
            assertThat(narrow.get(1)).endsWith("failed in 2 ms");
            assertThat(narrow.get(3))
                    .as("two more failures, 30 s apart, and 2 s for the last one")
                    .isEqualTo("web1: the last probe failed: status 503 (expected 200-299);"
                            + " if more probes fail, it is down by 2026-01-31T12:01:02Z at the latest");
            List<String> table =
                    run("servers", "ls", "-o", "wide").done().out().lines().toList();
            assertThat(table.get(0)).containsSubsequence("STATE", "WEIGHT", "SINCE", "LAST PROBE", "REASON");
            assertThat(table.get(1))
                    .contains(
                            "2026-01-31T12:00:00Z failed in 2 ms: status 503 (expected 200-299)  up until probes fail");
            String[] draining = table.get(2).split("  +", -1);
            assertThat(draining[2]).isEqualTo("draining");
            Instant since = Instant.parse(draining[5]);
            assertThat(since).isBetween(began, began.plus(Patience.PATIENCE));
            assertThat(draining[6]).isEqualTo("-");
            assertThat(draining[7]).matches("until [^ ]+; up until probes fail");
            Instant until = Instant.parse(draining[7].substring("until ".length(), draining[7].indexOf(';')));
            assertThat(Duration.between(since, until)).isBetween(Duration.ofSeconds(3590), Duration.ofHours(1));
            JsonNode servers = run("servers", "ls", "-o", "json").done().json().path("servers");
            assertThat(servers.get(0).path("lastProbe").path("passed").asBoolean(true))
                    .isFalse();
            assertThat(servers.get(1).path("adminSince").asText()).startsWith(draining[5].substring(0, 19));
        });
        cluster.lead(null);
        assertThat(run("servers", "ls").done().out()).contains("last probes are not known: no leader is known");
    }

    @Test
    void whoeverWaitsIsToldWhoIsMissing() throws Exception {
        cluster.node(3).stop();
        cluster.node(2).lag(true);
        long behind = cluster.index();
        String line = run("servers", "add", "http://127.0.0.1:1", "--wait", "--timeout", "60s")
                .done()
                .out();
        assertThat(line)
                .contains("applied: n1 at " + cluster.index() + "; missing: n2 at " + behind
                        + " (it does not route by the change yet), n3 (not reached at ");
    }

    @Test
    void versionHelpAndCompletion() {
        assertThat(Run.of("--version").done().out()).startsWith("weldrctl ");
        assertThat(Run.of("--help").done().out()).contains("Exit codes").contains("servers");
        assertThat(Run.of("completion").done().out()).contains("_complete_weldrctl");
        for (ExitCode code : ExitCode.values()) {
            assertThat(Run.of("--help").out()).contains(code.code() + "  " + code.meaning());
        }
    }
}
