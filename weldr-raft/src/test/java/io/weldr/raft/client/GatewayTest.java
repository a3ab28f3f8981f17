package io.weldr.raft.client;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import io.weldr.raft.RaftSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private static final MemberId SELF = new MemberId("n1");
    private static final HostPort HERE = new HostPort("127.0.0.1", 1);
    private static final Member LEADER =
            new Member(new MemberId("n2"), HERE, HERE, HERE, HERE, "test", ClusterVersion.SUPPORTED);

    private final AppliedIndex applied = new AppliedIndex();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final RaftSettings settings = RaftSettings.of(SELF, HERE, null, Map.of(), Path.of("nowhere"), false)
            .withRequestDeadline(Duration.ofSeconds(2));
    private final Gateway gateway = new Gateway(
            settings,
            () -> new Leadership(false, LEADER.id(), null, Duration.ZERO, null),
            applied,
            new LocalLog(() -> null),
            (to, message, deadline) -> CompletableFuture.completedFuture(ForwardCodec.answer(new Committed(
                    1_000, Outcome.Accepted.plain(Outcome.Effect.UNCHANGED, 1)))), // far ahead of this node
            timer,
            Runnable::run,
            newcomer -> null);

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void nobodyWaitsForAnIndexLongerThanItsCallerDoes() {
        Command announce = new Command.AnnounceMember(LEADER, Instant.EPOCH);
        applied.advance(ClusterState.INITIAL.apply(announce, 1).next(), 1);
        List<CompletableFuture<Committed>> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writes.add(gateway.submit(new RequestId("r" + i), announce).toCompletableFuture());
        }
        assertThat(applied.waiting()).isPositive();
        for (CompletableFuture<Committed> write : writes) {
            assertThatThrownBy(() -> write.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasCauseInstanceOf(GatewayException.class);
        }
        await().untilAsserted(() -> {
            assertThat(applied.waiting()).isZero();
            assertThat(gateway.pending()).isZero();
        });
    }
}
