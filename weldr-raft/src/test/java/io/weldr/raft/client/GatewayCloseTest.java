package io.weldr.raft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginRef;
import io.weldr.raft.RaftSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayCloseTest {
    private static final MemberId SELF = new MemberId("n1");
    private static final HostPort ADDRESS = new HostPort("192.0.2.1", 1);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Gateway gateway = new Gateway(
            RaftSettings.of(SELF, ADDRESS, ADDRESS, Map.of(), Path.of("none"), false),
            () -> new Leadership(false, new MemberId("n2"), null, Duration.ZERO, null),
            new AppliedIndex(),
            new LocalLog(() -> null),
            (member, message, deadline) -> new CompletableFuture<>(),
            timer,
            Runnable::run,
            newcomer -> null);

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void whatIsUnderWayWhenItClosesIsUnknownOnlyIfItIsAWrite() {
        CompletionStage<?> read = gateway.linearizable();
        CompletionStage<?> applied = gateway.applied(1_000_000);
        CompletionStage<?> write = gateway.submit(
                new RequestId("r"),
                new Command.RemoveOrigin(PoolName.DEFAULT, new OriginRef.ById(new OriginId("a")), null, Instant.EPOCH));
        gateway.close();
        assertKind(read, Kind.NO_LEADER);
        assertKind(applied, Kind.NO_LEADER);
        assertKind(write, Kind.UNKNOWN_OUTCOME);
    }

    private static void assertKind(CompletionStage<?> stage, Kind kind) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> stage.toCompletableFuture().join())
                .hasCauseInstanceOf(GatewayException.class)
                .cause()
                .extracting(failure -> ((GatewayException) failure).kind())
                .isEqualTo(kind);
    }
}
