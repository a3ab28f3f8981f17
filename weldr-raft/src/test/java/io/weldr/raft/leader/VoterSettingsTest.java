package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VoterSettingsTest {
    private static final RaftId SELF = RaftId.parse("n1");
    private static final RaftId N2 = RaftId.parse("n2");
    private static final HostPort ADDRESS_2 = new HostPort("127.0.0.2", 1);

    private final List<HostPort> asked = new ArrayList<>();
    private CompletableFuture<VoterSettings.Said> answer = new CompletableFuture<>();
    private final VoterSettings settings = new VoterSettings(address -> {
        asked.add(address);
        return answer;
    });

    @Test
    void aVoterThatHasNotSaidItHasTheDefaultOfOlderVersions() {
        assertThat(settings.millis(N2)).isEqualTo(200);
        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 0, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), 0);
        assertThat(settings.millis(N2)).isEqualTo(200);
    }

    @Test
    void othersAreAskedOnceASecond() {
        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 500, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), 0);
        assertThat(asked).containsExactly(ADDRESS_2);
        assertThat(settings.millis(N2)).isEqualTo(500);

        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 300, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(asked).hasSize(1);
        settings.look(view(SELF, N2), TimeUnit.MILLISECONDS.toNanos(1000));
        assertThat(settings.millis(N2)).isEqualTo(300);
    }

    @Test
    void aVoterThatWentBackToAnOlderVersionHasItsDefaultAgain() {
        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 500, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), 0);
        assertThat(settings.supports(N2)).isEqualTo(ClusterVersion.SUPPORTED);
        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 0, ClusterVersion.INITIAL));
        settings.look(view(SELF, N2), TimeUnit.SECONDS.toNanos(1));
        assertThat(settings.millis(N2)).isEqualTo(200);
        assertThat(settings.supports(N2)).isEqualTo(ClusterVersion.INITIAL);
    }

    /** Another node at the address of a voter speaks for itself. */
    @Test
    void anAnswerOfAnotherNodeDoesNotCount() {
        answer = CompletableFuture.completedFuture(
                new VoterSettings.Said(RaftId.parse("n9"), 5000, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), 0);
        assertThat(settings.millis(N2)).isEqualTo(200);
    }

    @Test
    void whoeverLeavesIsForgotten() {
        answer = CompletableFuture.completedFuture(new VoterSettings.Said(N2, 500, ClusterVersion.SUPPORTED));
        settings.look(view(SELF, N2), 0);
        settings.look(view(SELF), 1);
        assertThat(settings.millis(N2)).isEqualTo(200);
    }

    private static NodeView view(RaftId... voters) {
        return Views.of(
                SELF,
                3,
                10,
                Map.of(),
                List.of(voters).stream()
                        .map(id -> new Seat(id, id.equals(N2) ? ADDRESS_2 : new HostPort("127.0.0.1", 1), Seat.LOW))
                        .toList());
    }
}
