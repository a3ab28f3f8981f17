package io.weldr.raft.client;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted as under way ends, also if a call that it makes throws instead of failing. */
class GatewayPermitsTest {
    private static final MemberId SELF = new MemberId("n1");
    private static final MemberId OTHER = new MemberId("n2");
    private static final HostPort HERE = new HostPort("127.0.0.1", 1);
    private static final Member LEADER = new Member(OTHER, HERE, HERE, HERE, HERE, "test", ClusterVersion.SUPPORTED);
    private static final Command ANNOUNCE = new Command.AnnounceMember(LEADER, Instant.EPOCH);

    private static final int CALLS = 20;

    private final AppliedIndex applied = new AppliedIndex();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    private Gateway gateway(boolean leads, MemberLink link) {
        applied.advance(ClusterState.INITIAL.apply(ANNOUNCE, 1).next(), 1);
        return new Gateway(
                RaftSettings.of(SELF, HERE, null, Map.of(), Path.of("nowhere"), false)
                        .withRequestDeadline(Duration.ofMillis(200)),
                () -> new Leadership(leads, leads ? SELF : OTHER, null, Duration.ZERO, null),
                applied,
                new LocalLog(() -> {
                    throw new IllegalStateException("as the test wants");
                }),
                link,
                timer,
                Runnable::run,
                newcomer -> null);
    }

    @Test
    void aLinkThatThrowsOnEachCallLeaksNothing() throws Exception {
        Gateway gateway = gateway(false, (to, message, deadline) -> {
            throw new IllegalArgumentException("Invalid host or port: weldr_1 8787");
        });
        endsWithout(gateway, Kind.OVERLOADED);
    }

    @Test
    void aLinkThatThrowsAnErrorLeaksNothing() throws Exception {
        Gateway gateway = gateway(false, (to, message, deadline) -> {
            throw new LinkageError("as the test wants");
        });
        endsWithout(gateway, Kind.OVERLOADED);
    }

    @Test
    void aLogThatThrowsOnEachCallLeaksNothing() throws Exception {
        Gateway gateway = gateway(true, (to, message, deadline) -> {
            throw new AssertionError("this node leads");
        });
        endsWithout(gateway, Kind.OVERLOADED);
    }

    /** As many as may be under way, and again: the second half is refused as overload if the first is still counted. */
    @Test
    void whatOthersForwardLeaksNothingIfTheLogThrows() throws Exception {
        Gateway gateway = gateway(true, (to, message, deadline) -> {
            throw new AssertionError("this node leads");
        });
        byte[] write = ForwardCodec.submit(
                EntryCodec.encode(new LogEntry.Write(new RequestId("r"), ANNOUNCE)), Duration.ofMillis(100));
        byte[] barrier = ForwardCodec.barrier(Duration.ofMillis(100));
        for (int i = 0; i < 2 * RaftSettings.PENDING_MAX_DEFAULT; i++) {
            byte[] answer = gateway.answer(i % 2 == 0 ? write : barrier)
                    .toCompletableFuture()
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> ForwardCodec.committed(answer))
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            failure -> assertThat(failure.kind()).isNotEqualTo(Kind.OVERLOADED));
        }
        assertThat(gateway.pending()).isZero();
    }

    private static void endsWithout(Gateway gateway, Kind unwanted) throws Exception {
        List<CompletionStage<?>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(gateway.submit(new RequestId("r" + i), ANNOUNCE));
            calls.add(gateway.linearizable());
        }
        for (CompletionStage<?> call : calls) {
            assertThatThrownBy(() -> call.toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            failure -> assertThat(failure.kind()).isNotEqualTo(unwanted));
        }
        await().untilAsserted(() -> assertThat(gateway.pending()).isZero());
    }
}
