package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.Rivals.Standing;
import io.weldr.testing.RefusingPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A member that answers, one whose process is dead, and one that is silent, on real sockets. */
class AskedRivalsIT {
    private static final MemberId OTHER = new MemberId("other");
    private static final CompletionStage<Boolean> SILENCE = new CompletableFuture<>();

    private boolean died = true;

    @Test
    void believesWhatTheMemberAnswers() throws IOException {
        try (ServerSocket raft = listening()) {
            assertThat(ask(raft.getLocalPort(), CompletableFuture.completedFuture(true)))
                    .isEqualTo(Standing.FREE);
            assertThat(ask(raft.getLocalPort(), CompletableFuture.completedFuture(false)))
                    .isEqualTo(Standing.MAY_HOLD);
        }
    }

    @Test
    void aRefusedConnectionAloneProvesNothing() {
        died = false;
        try (RefusingPort refusing = new RefusingPort()) {
            assertThat(ask(refusing.number(), SILENCE)).isEqualTo(Standing.MAY_HOLD);
            assertThat(ask(refusing.number(), CompletableFuture.failedFuture(new IOException("unreachable"))))
                    .isEqualTo(Standing.MAY_HOLD);
        }
    }

    @Test
    void aProcessThatWasSeenToDieIsDeadWhileItsPortRefuses() {
        try (RefusingPort refusing = new RefusingPort()) {
            int port = refusing.number();
            // Again where this machine stalls for longer than the refusal is waited for.
            await().untilAsserted(() -> assertThat(ask(port, SILENCE)).isEqualTo(Standing.DEAD));
            await().untilAsserted(
                            () -> assertThat(ask(port, CompletableFuture.failedFuture(new IOException("unreachable"))))
                                    .isEqualTo(Standing.DEAD));
            // Only its Raft part is closed: it can still answer for itself.
            assertThat(ask(port, new CompletableFuture<Boolean>().completeOnTimeout(false, 10, TimeUnit.MILLISECONDS)))
                    .isEqualTo(Standing.MAY_HOLD);
        }
    }

    @Test
    void silenceProvesNothing() throws IOException {
        try (ServerSocket stopped = listening()) {
            assertThat(ask(stopped.getLocalPort(), SILENCE)).isEqualTo(Standing.MAY_HOLD);
            assertThat(ask(stopped.getLocalPort(), CompletableFuture.failedFuture(new IOException("reset"))))
                    .isEqualTo(Standing.MAY_HOLD);
        }
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private Standing ask(int port, CompletionStage<Boolean> answer) {
        ClusterStatus status = new ClusterStatus(
                new MemberId("self"),
                Role.LEADER,
                7,
                null,
                true,
                0,
                0,
                List.of(new Voter(OTHER, new HostPort("127.0.0.1", port))),
                Duration.ZERO,
                null);
        Rivals rivals = new AskedRivals(
                () -> status, (member, term) -> answer, member -> died, task -> new Thread(task).start());
        return rivals.ask(OTHER, 7).toCompletableFuture().join();
    }
}
