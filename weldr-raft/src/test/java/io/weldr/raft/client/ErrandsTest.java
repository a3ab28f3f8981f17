package io.weldr.raft.client;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErrandsTest {
    private static final MemberId SELF = new MemberId("n1");
    private static final MemberId FROZEN = new MemberId("n2");
    private static final MemberId SUCCESSOR = new MemberId("n3");

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<MemberId> asked = new CopyOnWriteArrayList<>();
    private volatile MemberId leader = FROZEN;

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void aLeaderThatDoesNotAnswerIsLeftAsSoonAsAnotherOneIsKnown() throws Exception {
        Errands errands = new Errands(
                SELF,
                () -> new Leadership(false, leader, null, Duration.ZERO, null),
                () -> state(FROZEN, SUCCESSOR),
                timer,
                Duration.ofSeconds(30));
        CompletableFuture<String> done = errands.run(
                new Errands.Errand<String>() {
                    @Override
                    public CompletableFuture<String> here() {
                        throw new AssertionError("this node does not lead");
                    }

                    @Override
                    public CompletableFuture<String> there(Member to, Duration deadline) {
                        asked.add(to.id());
                        return to.id().equals(FROZEN)
                                ? new CompletableFuture<>() // and no timeout of its own
                                : CompletableFuture.completedFuture("done");
                    }
                },
                System.nanoTime() + Duration.ofSeconds(30).toNanos());
        assertThat(asked).containsExactly(FROZEN);
        leader = SUCCESSOR;
        assertThat(done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("done");
        assertThat(asked).containsExactly(FROZEN, SUCCESSOR);
    }

    private static ClusterState state(MemberId... ids) {
        ClusterState state = ClusterState.INITIAL;
        HostPort address = new HostPort("192.0.2.1", 1);
        for (MemberId id : ids) {
            Member member = new Member(id, address, address, address, address, "test", ClusterVersion.SUPPORTED);
            state = state.apply(new Command.AnnounceMember(member, Instant.EPOCH), state.revision() + 1)
                    .next();
        }
        return state;
    }
}
