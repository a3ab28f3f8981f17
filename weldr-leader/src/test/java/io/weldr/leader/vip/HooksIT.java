package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.Measurement;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks without any address, run for real. */
class HooksIT {
    private static final MemberId SELF = new MemberId("n1");

    @TempDir
    Path folder;

    private volatile boolean acting;

    @Test
    void runAtStartAndOnEachChangeOfRoleAndBeforeTheEnd() throws Exception {
        String line = "echo $WELDR_ROLE $WELDR_TERM $WELDR_MEMBER >> " + folder.resolve("log");
        try (VirtualIps duty = open(new Hooks(line, line, Duration.ofSeconds(10)))) {
            await().until(() -> log().equals(List.of("passive 0 n1")));
            acting = true;
            duty.start(7);
            await().until(() -> log().contains("active 7 n1"));
            assertThat(duty.active()).isTrue();
        }
        assertThat(log()).containsExactly("passive 0 n1", "active 7 n1", "passive 7 n1");
    }

    @Test
    void oneThatTakesTooLongIsKilledWithAllItStarted() throws Exception {
        Path pid = folder.resolve("pid");
        String line = "sleep 600 & echo $! > " + pid + "; wait";
        try (VirtualIps duty = open(new Hooks(line, null, Duration.ofSeconds(1)))) {
            acting = true;
            duty.start(7);
            await().until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
            long sleeper = Long.parseLong(Files.readString(pid).strip());
            await().until(() ->
                    ProcessHandle.of(sleeper).map(handle -> !handle.isAlive()).orElse(true));
            await().until(() -> failures(duty) == 1);
        }
    }

    private static double failures(VirtualIps duty) {
        return duty.measure().stream()
                .filter(measurement -> measurement.name().equals("hook_failures"))
                .map(measurement -> ((Measurement.Counter) measurement).value())
                .findFirst()
                .orElseThrow();
    }

    private List<String> log() throws IOException {
        Path log = folder.resolve("log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private VirtualIps open(Hooks hooks) throws Exception {
        VirtualIpSettings settings =
                new VirtualIpSettings(List.of(), VirtualIpSettings.LIFETIME_DEFAULT, QuorumLoss.RELEASE, hooks);
        return VirtualIps.open(
                settings,
                SELF,
                () -> new ClusterStatus(SELF, Role.LEADER, 7, SELF, acting, 0, 0, List.of(), null, null),
                (member, term) -> CompletableFuture.completedFuture(Rivals.Standing.MAY_HOLD),
                new NoSuccessors(),
                Duration.ofMillis(200));
    }
}
