package io.weldr.api.grpc;

import static io.weldr.testing.Patience.PATIENCE;
import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.withTimeFrom;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.weldr.api.admin.Awaited;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Member to member: above all, whether a message that failed may have arrived. */
class GrpcMemberLinkIT {
    /** Longer than this test waits: what comes in time did not wait for it. */
    private static final Duration DEADLINE = PATIENCE.multipliedBy(2);

    private TestCluster cluster;
    private GrpcMemberLink link;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(2);
        link = cluster.node(1).link();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private CompletionStage<byte[]> call(String message, Duration deadline) {
        return link.call(cluster.node(2).member(), message.getBytes(UTF_8), deadline);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void failed(CompletionStage<byte[]> stage, Kind kind) {
        Throwable failure = catchThrowable(() -> get(stage));
        assertThat(failure).isInstanceOf(ExecutionException.class);
        assertThat(failure.getCause()).isInstanceOf(GatewayException.class);
        assertThat(((GatewayException) failure.getCause()).kind())
                .as(String.valueOf(failure.getCause().getMessage()))
                .isEqualTo(kind);
    }

    @Test
    void aMessageArrivesAndItsAnswerComesBack() throws Exception {
        assertThat(get(call("ping", DEADLINE))).asString(UTF_8).isEqualTo("ping");
        assertThat(cluster.node(2).calls()).hasSize(1);
    }

    @Test
    void aNewLeaderIsToldWhetherTheOtherLetGo() throws Exception {
        assertThat(get(link.cede(cluster.node(2).member(), 2, DEADLINE))).isTrue();
        assertThat(get(link.cede(cluster.node(2).member(), 1, DEADLINE))).isFalse();
    }

    @Test
    void aTermBelowTheFirstIsNoTerm() {
        for (long term : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThat(catchThrowable(() -> get(link.cede(cluster.node(2).member(), term, DEADLINE))))
                    .hasMessageContaining("term: \"" + term + "\" (expected: 1 or more)");
        }
    }

    @Test
    void aMemberTellsWhetherItCouldHoldTheVirtualIp() throws Exception {
        Member other = cluster.node(2).member();
        for (boolean canHold : new boolean[] {true, false}) {
            cluster.node(2).canHold(canHold);
            assertThat(get(link.canHold(other, DEADLINE))).isEqualTo(canHold);
        }
    }

    @Test
    void aMemberProbesForAnotherOrSaysThatItCannotTell() throws Exception {
        var question = new ProbeQuestion(PoolName.DEFAULT, new OriginId("a:1"), 7);
        Member other = cluster.node(2).member();
        for (boolean sawUp : new boolean[] {true, false}) {
            Opinion opinion = new Opinion(new ProbeResult(false, "connect refused"), sawUp);
            cluster.node(2).probesFind(CompletableFuture.completedFuture(opinion));
            assertThat(get(link.probe(other, question, DEADLINE))).isEqualTo(opinion);
        }
        assertThat(cluster.node(2).questions()).containsExactly(question, question);

        cluster.node(2).probesFind(CompletableFuture.failedFuture(new GatewayException(Kind.UNAVAILABLE, "busy")));
        assertThat(catchThrowable(() -> get(link.probe(other, question, DEADLINE))))
                .hasCauseInstanceOf(GatewayException.class)
                .hasMessageContaining("busy");

        cluster.node(2).probesFind(new CompletableFuture<>());
        assertThat(catchThrowable(() -> get(link.probe(other, question, Duration.ofMillis(300)))))
                .hasCauseInstanceOf(GatewayException.class);
    }

    @Test
    void aMemberThatIsDownSurelyDidNotGetItAndIsReachedAgainAtOnce() throws Exception {
        get(call("ping", DEADLINE));
        for (int i = 0; i < 5; i++) {
            cluster.node(2).stop();
            // This side hears of it a moment later. A call that left in that moment may have arrived, for all it knows.
            await().ignoreExceptions().untilAsserted(() -> failed(call("lost", DEADLINE), Kind.NO_LEADER));
            failed(call("lost", DEADLINE), Kind.NO_LEADER);
            cluster.node(2).start();
            assertThat(get(call("again", DEADLINE))).asString(UTF_8).isEqualTo("again");
        }
        assertThat(cluster.node(2).calls()).hasSize(6);
    }

    @Test
    void aMemberThatTakesTheConnectionAndSaysNothingSurelyDidNotGetIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", silent.getLocalPort());
            Member member =
                    new Member(new MemberId("n9"), address, address, address, address, "x", ClusterVersion.SUPPORTED);
            failed(link.call(member, new byte[1], Duration.ofMillis(500)), Kind.NO_LEADER);
        }
    }

    @Test
    void aMemberThatGotItAndDoesNotAnswerMayHaveDoneIt() throws Exception {
        cluster.node(2).answerCallsWith(new CompletableFuture<>());
        withTimeFrom(Duration.ofSeconds(1), deadline -> {
            Throwable failure = catchThrowable(() -> get(call("slow", deadline)));
            if (cluster.node(2).calls().isEmpty()) {
                return false; // it did not arrive in time
            }
            assertThat(failure)
                    .cause()
                    .isInstanceOfSatisfying(
                            GatewayException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNKNOWN_OUTCOME));
            return true;
        });
        assertThat(cluster.node(2).calls()).hasSize(1);
    }

    @Test
    void aMemberThatDiesWhileItWorksMayHaveDoneIt() {
        cluster.node(2).answerCallsWith(new CompletableFuture<>());
        CompletionStage<byte[]> stage = call("dying", DEADLINE);
        await().until(() -> cluster.node(2).calls().size() == 1);
        cluster.node(2).stop();
        failed(stage, Kind.UNKNOWN_OUTCOME);
    }

    @Test
    void aNameThatDoesNotResolveIsNoLeader() {
        HostPort nowhere = new HostPort("does-not-exist.invalid", 1);
        Member member =
                new Member(new MemberId("n9"), nowhere, nowhere, nowhere, nowhere, "x", ClusterVersion.SUPPORTED);
        failed(link.call(member, new byte[1], DEADLINE), Kind.NO_LEADER);
    }

    @Test
    void aNameThatGrpcRefusesIsAFailureAndNoException() {
        HostPort refused = new HostPort("weldr_1", 1);
        Member member =
                new Member(new MemberId("n9"), refused, refused, refused, refused, "x", ClusterVersion.SUPPORTED);
        failed(link.call(member, new byte[1], DEADLINE), Kind.NO_LEADER);
        assertThat(link.channels()).isZero();
    }

    @Test
    void aChannelIsClosedWhenItsMemberIsGoneOrMoved() throws Exception {
        get(call("ping", DEADLINE));
        assertThat(link.channels()).isEqualTo(1);
        Member old = cluster.node(2).member();
        HostPort elsewhere = new HostPort("127.0.0.1", 1);
        Member moved = new Member(
                old.id(), old.raft(), old.admin(), elsewhere, old.proxy(), old.version(), ClusterVersion.SUPPORTED);
        cluster.submit(new Command.AnnounceMember(moved, Instant.now()));
        assertThat(link.channels()).isZero();
    }

    @Test
    void aClosedLinkDeliversNothing() {
        link.close();
        failed(call("late", DEADLINE), Kind.NO_LEADER);
        assertThat(cluster.node(2).calls()).isEmpty();
    }

    @Test
    void anotherNodeAtTheAddressIsNotTakenForTheMember() {
        Member real = cluster.node(2).member();
        Member claimed = new Member(
                new MemberId("n7"),
                real.raft(),
                real.admin(),
                real.grpc(),
                real.proxy(),
                "x",
                ClusterVersion.SUPPORTED);
        Throwable failure = catchThrowable(() -> link.report(claimed, Awaited.NOTHING, DEADLINE)
                .toCompletableFuture()
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        assertThat(failure).hasMessageContaining("answers n2, not n7");
    }
}
