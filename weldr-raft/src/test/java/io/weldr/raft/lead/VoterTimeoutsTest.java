package io.weldr.raft.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VoterTimeoutsTest {
    private static final RaftId SELF = RaftId.parse("n1");
    private static final RaftId N2 = RaftId.parse("n2");
    private static final HostPort ADDRESS_2 = new HostPort("127.0.0.2", 1);

    private final List<HostPort> asked = new ArrayList<>();
    private CompletableFuture<VoterTimeouts.Said> answer = new CompletableFuture<>();
    private final VoterTimeouts timeouts = new VoterTimeouts(address -> {
        asked.add(address);
        return answer;
    });

    @Test
    void aVoterThatHasNotSaidItHasTheDefaultOfOlderVersions() {
        assertThat(timeouts.millis(N2)).isEqualTo(200);
        answer = CompletableFuture.completedFuture(new VoterTimeouts.Said(N2, 0));
        timeouts.look(view(SELF, N2), 0);
        assertThat(timeouts.millis(N2)).isEqualTo(200);
    }

    @Test
    void othersAreAskedOnceASecond() {
        answer = CompletableFuture.completedFuture(new VoterTimeouts.Said(N2, 500));
        timeouts.look(view(SELF, N2), 0);
        assertThat(asked).containsExactly(ADDRESS_2);
        assertThat(timeouts.millis(N2)).isEqualTo(500);

        answer = CompletableFuture.completedFuture(new VoterTimeouts.Said(N2, 300));
        timeouts.look(view(SELF, N2), TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(asked).hasSize(1);
        timeouts.look(view(SELF, N2), TimeUnit.MILLISECONDS.toNanos(1000));
        assertThat(timeouts.millis(N2)).isEqualTo(300);
    }

    /** Another node at the address of a voter speaks for itself. */
    @Test
    void anAnswerOfAnotherNodeDoesNotCount() {
        answer = CompletableFuture.completedFuture(new VoterTimeouts.Said(RaftId.parse("n9"), 5000));
        timeouts.look(view(SELF, N2), 0);
        assertThat(timeouts.millis(N2)).isEqualTo(200);
    }

    @Test
    void whoeverLeavesIsForgotten() {
        answer = CompletableFuture.completedFuture(new VoterTimeouts.Said(N2, 500));
        timeouts.look(view(SELF, N2), 0);
        timeouts.look(view(SELF), 1);
        assertThat(timeouts.millis(N2)).isEqualTo(200);
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
