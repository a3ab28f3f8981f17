package io.weldr.raft.members;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class RollCallTest {
    private static final RaftId SELF = RaftId.parse("n1");
    private static final RaftId OTHER = RaftId.parse("n2");
    private static final HostPort ADDRESS = new HostPort("127.0.0.1", 1);

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void whoLeavesAQuestionUnansweredIsAskedAgain() throws Exception {
        assertThat(ids(3, present -> present.contains(OTHER))).containsExactlyInAnyOrder(SELF, OTHER);
        assertThat(asked).hasValue(3);
    }

    @Test
    void nobodyIsAskedForLongerThanItMatters() throws Exception {
        assertThat(ids(3, present -> true)).containsExactly(SELF);
        assertThat(asked).hasValue(1);
    }

    @Test
    void whoIsDeadIsGivenUp() throws Exception {
        assertThat(ids(Integer.MAX_VALUE, present -> present.contains(OTHER))).containsExactly(SELF);
        assertThat(asked).hasValue(4);
    }

    /** Who is present, if the other one answers from the given question on. */
    private Set<RaftId> ids(int answersFrom, Predicate<Set<RaftId>> enough) throws Exception {
        RollCall rollCall = new RollCall(
                address -> asked.incrementAndGet() < answersFrom
                        ? CompletableFuture.failedFuture(new IOException("no answer"))
                        : CompletableFuture.completedFuture(answer()),
                Runnable::run);
        return rollCall.until(view(), present -> enough.test(present.ids()))
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .ids();
    }

    private static NodeView view() {
        return new NodeView(
                SELF,
                NodeView.Role.LEADER,
                true,
                true,
                1,
                SELF,
                1,
                1,
                1,
                0,
                0,
                Map.of(),
                Map.of(),
                List.of(new Seat(SELF, ADDRESS, Seat.LOW), new Seat(OTHER, ADDRESS, Seat.LOW)),
                Set.of(),
                1);
    }

    private static HelloAnswer answer() {
        return new HelloAnswer(
                OTHER,
                "incarnation",
                Standing.MEMBER,
                null,
                Set.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                500,
                true,
                false,
                "",
                Map.of(),
                Map.of(),
                -1,
                false,
                1,
                null,
                null,
                null,
                false,
                false,
                false,
                ClusterVersion.SUPPORTED);
    }
}
