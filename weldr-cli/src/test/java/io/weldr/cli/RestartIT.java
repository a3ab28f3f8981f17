package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code weldrctl cluster restart} on nodes that only say that they restart. */
class RestartIT extends CommandsOnCluster {
    private String first() {
        return cluster.node(1).endpoint();
    }

    @Test
    void oneMemberIsAskedToRestart() {
        assertThat(Run.of("cluster", "restart", "n1", "-e", first(), "--reason", "release 7")
                        .done()
                        .out())
                .isEqualToIgnoringNewLines(
                        "n1 restarts: exchanges under way have at most 7s, then systemd starts it again");
        assertThat(cluster.node(1).process().restarts())
                .singleElement()
                .asString()
                .endsWith(": release 7");
        assertThat(Run.of("cluster", "restart", "n1", "-e", first(), "-o", "json")
                        .done()
                        .json()
                        .path("changed")
                        .asBoolean())
                .isFalse();
        run("cluster", "restart", "n7").failed(ExitCode.NOT_FOUND, "no-such-member");
        cluster.node(2).process().serviceManager(null);
        Run.of("cluster", "restart", "n2", "-e", cluster.node(2).endpoint())
                .failed(ExitCode.REFUSED, "no-service-manager", "WELDR_SUPERVISED=true");
    }

    @Test
    void whatGoesTogetherIsSaid() {
        run("cluster", "restart").failed(ExitCode.USAGE, "ID or --rolling is missing");
        run("cluster", "restart", "n1", "--rolling").failed(ExitCode.USAGE, "n1 with --rolling");
        run("cluster", "restart", "n1", "--dry-run").failed(ExitCode.USAGE, "need --rolling");
        run("cluster", "restart", "--rolling", "--started-before", "noon").failed(ExitCode.USAGE, "\"noon\"");
        run("cluster", "restart", "--rolling", "--started-before", "2999-01-01T00:00:00Z")
                .failed(ExitCode.USAGE, "a time that is over");
        run("cluster", "restart", "--rolling", "--timeout-per-node", "2h").failed(ExitCode.USAGE, "at most 1h");
    }

    @Test
    void aPlanIsShownAndNothingRestarts() {
        List<String> lines = run("cluster", "restart", "--rolling", "--dry-run")
                .done()
                .out()
                .lines()
                .toList();
        assertThat(lines.get(0)).startsWith("rolling restart of members that started before ");
        assertThat(lines.get(1)).containsSubsequence("ORDER", "ID", "ROLE", "VERSION", "STARTED AGAIN BY", "DRAIN");
        assertThat(lines.get(2)).matches("1 +n2 +follower +0.0-test +systemd +7s");
        assertThat(lines.get(3)).matches("2 +n3 +follower +0.0-test +systemd +7s");
        assertThat(lines.get(4)).matches("3 +n1 +leader +0.0-test +systemd +7s");
        assertThat(run("cluster", "restart", "--rolling", "--started-before", "2001-01-01T00:00:00Z")
                        .done()
                        .out())
                .contains("nothing to do: every member started later");

        cluster.node(3).process().serviceManager(null);
        JsonNode plan = run("cluster", "restart", "--rolling", "--dry-run", "-o", "json")
                .done()
                .json();
        assertThat(plan.path("order")).hasSize(3);
        assertThat(plan.path("blocked").asText()).contains("nothing would start the process of n3 again");
        Run stopped = run("cluster", "restart", "--rolling");
        stopped.failed(ExitCode.STOPPED, "stopped at n3", "nothing would start the process of n3 again");
        assertThat(stopped.out())
                .contains("not restarted: n2, n3, n1")
                .containsPattern("to go on: weldrctl cluster restart --rolling .*--started-before 20");
        assertThat(cluster.nodes())
                .allSatisfy(node -> assertThat(node.process().restarts()).isEmpty());
    }
}
