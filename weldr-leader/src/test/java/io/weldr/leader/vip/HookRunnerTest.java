package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.Processes.Finished;
import io.weldr.leader.vip.ScriptedProcesses.Run;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookRunnerTest {
    private static final Finished WELL = new Finished(0, "");

    private final ScriptedProcesses processes = new ScriptedProcesses();
    private final HookRunner hooks = runner(new Hooks("up.sh", "down.sh", Duration.ofSeconds(1)));

    @Test
    void tellsTheHookWhatHappened() {
        hooks.turn(true, 7);
        Run run = processes.runs.get(0);
        assertThat(run.command()).containsExactly("/bin/sh", "-c", "up.sh");
        assertThat(run.environment())
                .containsEntry("WELDR_ROLE", "active")
                .containsEntry("WELDR_TERM", "7")
                .containsEntry("WELDR_MEMBER", "n1")
                .containsEntry("WELDR_VIRTUAL_IPS", "10.0.0.1/24@eth0 fd00::1/64@eth1");
    }

    @Test
    void runsOneAtATimeAndOnlyTheLatestOfThoseThatWaited() {
        hooks.turn(true, 7);
        hooks.turn(false, 7);
        hooks.turn(true, 9);
        hooks.turn(false, 9);
        assertThat(lines()).containsExactly("up.sh");
        end(0, WELL);
        assertThat(lines()).containsExactly("up.sh", "down.sh");
        assertThat(processes.runs.get(1).environment()).containsEntry("WELDR_TERM", "9");
        assertThat(idle()).isFalse();
        end(1, WELL);
        assertThat(lines()).hasSize(2);
        assertThat(idle()).isTrue();
        assertThat(hooks.failures()).isZero();
    }

    @Test
    void aFailureIsCountedAndDoesNotKeepTheNextFromRunning() {
        hooks.turn(true, 7);
        hooks.turn(false, 7);
        end(0, new Finished(3, "no such instance"));
        assertThat(hooks.failures()).isEqualTo(1);
        assertThat(lines()).containsExactly("up.sh", "down.sh");
    }

    @Test
    void aRoleWithoutHookRunsNothing() {
        HookRunner onlyUp = runner(new Hooks("up.sh", null, Duration.ofSeconds(1)));
        onlyUp.turn(false, 0);
        assertThat(processes.runs).isEmpty();
        onlyUp.turn(true, 1);
        onlyUp.turn(false, 1);
        end(0, WELL);
        assertThat(lines()).containsExactly("up.sh");
        assertThat(onlyUp.idle().toCompletableFuture()).isDone();
    }

    private HookRunner runner(Hooks lines) {
        VirtualIpSettings settings = new VirtualIpSettings(
                List.of(VirtualIp.parse("10.0.0.1/24", "eth0"), VirtualIp.parse("fd00::1/64", "eth1")),
                Duration.ofSeconds(2),
                QuorumLoss.RELEASE,
                lines);
        return new HookRunner(settings, new MemberId("n1"), processes, Runnable::run);
    }

    private List<String> lines() {
        return processes.runs.stream().map(run -> run.command().get(2)).toList();
    }

    private void end(int index, Finished how) {
        processes.runs.get(index).finished().complete(how);
    }

    private boolean idle() {
        return hooks.idle().toCompletableFuture().isDone();
    }
}
