package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TermGateTest {
    private final Queue<Runnable> delayed = new ArrayDeque<>();
    private long term = 7;
    private final TermGate gate = new TermGate(this::status, (task, after) -> {
        assertThat(after).isEqualTo(TermGate.LOOK_EVERY);
        delayed.add(task);
    });

    private ClusterStatus status() {
        return new ClusterStatus(
                new MemberId("self"), Role.FOLLOWER, term, null, false, 0, 0, List.of(), Duration.ZERO, null);
    }

    @Test
    void aTermThatThisNodeKnowsPassesAtOnce() {
        assertThat(gate.reached(7).toCompletableFuture()).isCompletedWithValue(true);
        assertThat(gate.reached(1).toCompletableFuture()).isCompletedWithValue(true);
        assertThat(delayed).isEmpty();
    }

    @Test
    void aTermBelowTheFirstIsRefusedAtOnce() {
        for (long invented : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThat(gate.reached(invented).toCompletableFuture()).isCompletedWithValue(false);
        }
        assertThat(delayed).isEmpty();
    }

    @Test
    void aTermThatThisNodeHearsOfInTimePasses() {
        CompletionStage<Boolean> answer = gate.reached(8);
        look(3);
        assertThat(answer.toCompletableFuture()).isNotDone();
        term = 8;
        look(1);
        assertThat(answer.toCompletableFuture()).isCompletedWithValue(true);
        assertThat(delayed).isEmpty();
    }

    @Test
    void anInventedTermIsRefusedAfterAMoment() {
        CompletionStage<Boolean> answer = gate.reached(Long.MAX_VALUE);
        look(24);
        assertThat(answer.toCompletableFuture()).isNotDone();
        look(1);
        assertThat(answer.toCompletableFuture()).isCompletedWithValue(false);
        assertThat(delayed).isEmpty();
    }

    @Test
    void inventedTermsDoNotPileUpAndKeepNoRoomTaken() {
        for (int i = 0; i < TermGate.WAITING_MAX; i++) {
            assertThat(gate.reached(100 + i).toCompletableFuture()).isNotDone();
        }
        assertThat(gate.reached(8).toCompletableFuture()).isCompletedWithValue(false);
        while (!delayed.isEmpty()) {
            look(1);
        }
        assertThat(gate.reached(8).toCompletableFuture()).isNotDone();
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            List<Runnable> now = List.copyOf(delayed);
            delayed.clear();
            now.forEach(Runnable::run);
        }
    }
}
