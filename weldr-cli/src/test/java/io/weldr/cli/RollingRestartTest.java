package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A rolling restart of simulated members. */
class RollingRestartTest {
    private final List<String> lines = new ArrayList<>();

    private RollingRestart of(SimulatedCluster cluster) {
        return of(cluster, SimulatedCluster.START);
    }

    private RollingRestart of(SimulatedCluster cluster, Instant startedBefore) {
        return new RollingRestart(
                cluster, new RollingPlan(startedBefore), Duration.ofMinutes(3), (step, line) -> lines.add(line));
    }

    private static void stops(RollingRestart restart, String reason) {
        assertThatThrownBy(restart::run)
                .asInstanceOf(type(CliException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.STOPPED))
                .satisfies(e -> assertThat(e.text()).contains(reason));
    }

    @Test
    void witnessesComeFirstAndTheLeaderLastAfterATransferToAnotherMember() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "w9", "n2", "n3");
        cluster.applied("n2", 5005); // it is more up to date than n1
        cluster.installs("2.0");
        of(cluster).run();
        assertThat(cluster.calls())
                .containsExactly("restart w9", "restart n1", "restart n2", "transfer n2", "restart n3");
        assertThat(lines).contains("n1: ready after 8 s, 1.0 -> 2.0", "n3: leadership moves to n2");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("done: 4 members restarted in 32 s");
    }

    @Test
    void aMemberThatDoesNotComeBackStopsTheRestAndAnotherRunGoesOn() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.staysDown("n2");
        RollingRestart first = of(cluster);
        stops(first, "stopped at n2: it is not back after 3m25s: n2 does not answer");
        assertThat(cluster.calls()).containsExactly("restart n1", "restart n2");
        assertThat(first.summary()).isEqualTo("restarted: n1; asked to restart: n2; not restarted: n3");

        stops(of(cluster), "n2 does not answer"); // nobody has started it yet
        assertThat(cluster.calls()).hasSize(2);

        cluster.isStarted("n2");
        RollingRestart second = of(cluster);
        second.run();
        assertThat(cluster.calls()).containsExactly("restart n1", "restart n2", "transfer n1", "restart n3");
        assertThat(second.restarted()).containsExactly("n3");
        of(cluster).run(); // all are done
        assertThat(cluster.calls()).hasSize(4);
    }

    @Test
    void nothingRestartsWhileAnotherMemberIsNotWell() {
        for (String state : List.of("missing", "unready", "trouble", "lag", "leader", "change")) {
            SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
            switch (state) {
                case "missing" -> cluster.missing("n3", true);
                case "unready" -> cluster.unready("n3", "it drains");
                case "trouble" -> cluster.trouble("n3", "the disk is full");
                case "lag" -> cluster.applied("n3", 3999);
                case "leader" -> cluster.noLeader();
                default -> cluster.change("adding n4");
            }
            stops(
                    of(cluster),
                    switch (state) {
                        case "missing" -> "n3 does not answer";
                        case "unready" -> "n3 is not ready: it drains";
                        case "trouble" -> "n3: the disk is full";
                        case "lag" -> "n3 has not applied 1001 committed log entries";
                        case "leader" -> "no leader is known";
                        default -> "adding n4";
                    });
            assertThat(cluster.calls()).as(state).isEmpty();
            assertThat(cluster.now())
                    .as("it may pass")
                    .isAfterOrEqualTo(SimulatedCluster.START.plus(RollingRestart.BEFORE_MAX));
        }
    }

    @Test
    void aMemberThatIsUnwellItselfMayRestart() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.unready("n1", "it hangs");
        of(cluster).run();
        assertThat(cluster.calls()).hasSize(4);
    }

    @Test
    void aMemberThatNothingStartsAgainStopsTheRunBeforeAnythingRestarts() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.serviceManager("n3", null);
        stops(of(cluster), "nothing would start the process of n3 again");
        assertThat(cluster.calls()).isEmpty();
        assertThat(cluster.now()).as("waiting is of no use").isEqualTo(SimulatedCluster.START);
    }

    @Test
    void aClusterThatCanMissNoVoterIsNotRestarted() {
        stops(of(new SimulatedCluster("n1")), "the cluster has 1 voter, and can miss none");
        stops(of(new SimulatedCluster("n1", "n2")), "the cluster has 2 voters, and can miss none");
    }

    @Test
    void leadershipThatComesBackStopsTheRun() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.leadershipComesBack();
        stops(of(cluster), "no other member leads after 30s: n3 leads");
        assertThat(cluster.calls()).containsExactly("restart n1", "restart n2", "transfer n1");
    }

    @Test
    void anOriginThatIsDownAfterwardsStopsTheRun() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        RollingRestart restart = new RollingRestart(
                cluster, new RollingPlan(SimulatedCluster.START), Duration.ofMinutes(3), (step, line) -> {
                    if (line.startsWith("n1: restarts")) {
                        cluster.originUp(false);
                    }
                });
        stops(restart, "the origin web/a:80 was up, and is down: connection refused");
        assertThat(cluster.calls()).containsExactly("restart n1");
    }

    @Test
    void aRefusalMayPass() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.refuse(new CliException(ExitCode.REFUSED, "not-safe", "no leader is known"));
        RollingRestart restart = new RollingRestart(
                cluster, new RollingPlan(SimulatedCluster.START), Duration.ofMinutes(3), (step, line) -> {
                    if (line.equals("n1: waiting: not-safe: no leader is known")) {
                        cluster.refuse(null);
                    }
                });
        restart.run();
        assertThat(restart.restarted()).containsExactly("n1", "n2", "n3");
    }

    @Test
    void aRefusalStopsTheRunAndAnOutcomeThatNobodyKnowsIsWaitedFor() {
        SimulatedCluster cluster = new SimulatedCluster("n1", "n2", "n3");
        cluster.refuse(new CliException(ExitCode.REFUSED, "not-safe", "n2 restarts"));
        RollingRestart refused = of(cluster);
        stops(refused, "stopped at n1: it does not restart: not-safe: n2 restarts");
        assertThat(refused.summary()).isEqualTo("not restarted: n1, n2, n3");

        cluster.refuse(new CliException(ExitCode.UNKNOWN, "no answer in time"));
        stops(of(cluster), "it is not back after 3m25s: the process of n1 that started at");
    }
}
