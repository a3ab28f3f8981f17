package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.log.MachineEvents;
import io.weldr.raft.peer.PeerSecurity;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceImplBase;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real member n1, and the test in the parts of n2 and n3. All messages go through n1's Raft port, as those of real
 * members do. What is injected is global, so one test runs at a time.
 */
class PlayedMembersIT {
    private static final RaftId N1 = RaftId.parse("n1.000000000001");
    private static final RaftId N2 = RaftId.parse("n2.000000000002");
    private static final RaftId N3 = RaftId.parse("n3.000000000003");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SEND = "GrpcServicesImpl.sendRequest";

    private final UUID cluster = UUID.randomUUID();
    private final AtomicLong callIds = new AtomicLong();
    private final CountDownLatch released = new CountDownLatch(1);

    @TempDir
    Path folder;

    private Server n2Server;
    private RatisNode n1;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        n2Server = NettyServerBuilder.forPort(0)
                .addService(new AgreeableMember())
                .build()
                .start();
        int port = freePort();
        HostPort address = new HostPort("127.0.0.1", port);
        Map<RaftId, HostPort> voters = Map.of(
                N1, address,
                N2, new HostPort("127.0.0.1", n2Server.getPort()),
                N3, new HostPort("127.0.0.1", 1)); // Nobody listens there: n3 only speaks.
        // n1 must not stand for election on its own while the test plays.
        RaftSettings settings = RaftSettings.of(
                        N1.member(),
                        address,
                        null,
                        Map.of(
                                N1.member(), address,
                                N2.member(), new HostPort("127.0.0.1", n2Server.getPort()),
                                N3.member(), new HostPort("127.0.0.1", 1)),
                        folder.resolve("data"),
                        false)
                .withElectionTimeout(Duration.ofSeconds(10), Duration.ofSeconds(100));
        n1 = RatisNode.start(
                settings,
                N1,
                folder.resolve("log"),
                new RatisNode.Group(cluster, voters, null),
                noEvents(),
                PeerSecurity.plain(),
                (builder, types) -> builder);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    @AfterEach
    void stop() {
        released.countDown();
        CodeInjectionForTesting.remove(SEND);
        channel.shutdownNow();
        n1.close();
        n2Server.shutdownNow();
    }

    /** n1 holds an entry of its own at index 0, and the leader has others there, which are committed. */
    @Test
    void aHeartbeatCommitsNothingThatItDidNotCompare() throws Exception {
        assertThat(append(N2, 2, null, -1, entry(2, 0)).getResult()).isEqualTo(AppendResult.SUCCESS);

        AppendEntriesReplyProto heartbeat = append(N3, 3, null, 1);
        assertThat(heartbeat.getResult()).isEqualTo(AppendResult.SUCCESS);
        assertThat(heartbeat.getFollowerCommit()).isEqualTo(-1);
        assertThat(committed()).isEqualTo(-1);

        assertThat(append(N3, 3, null, 1, entry(1, 0), entry(3, 1)).getResult()).isEqualTo(AppendResult.SUCCESS);
        await().atMost(PATIENCE).until(() -> committed() == 1);
        assertThat(n1.term(0)).isEqualTo(1);
        assertThat(n1.term(1)).isEqualTo(3);
    }

    /** Ratis counts the entries of an append without a previous entry from 1. */
    @Test
    void anAppendFromTheBeginningCommitsNoMoreThanItBrings() throws Exception {
        assertThat(append(N2, 2, null, -1, entry(1, 0), entry(2, 1)).getResult())
                .isEqualTo(AppendResult.SUCCESS);

        assertThat(append(N3, 3, null, 1, entry(1, 0)).getFollowerCommit()).isEqualTo(0);
        assertThat(committed()).isEqualTo(0);

        assertThat(append(N3, 3, entry(1, 0), 1, entry(3, 1)).getResult()).isEqualTo(AppendResult.SUCCESS);
        await().atMost(PATIENCE).until(() -> committed() == 1);
        assertThat(n1.term(1)).isEqualTo(3);
    }

    /**
     * The append has passed n1's check of its term, but it is not in n1's log yet: the vote would be given by the log
     * without it.
     */
    @Test
    void aVoteDoesNotOvertakeAnAppend() throws Exception {
        CompletableFuture<AppendEntriesReplyProto> delayed = delayedAppendOfN2();

        assertThatThrownBy(() -> vote(N3, 4, entry(2, 2))).hasStackTraceContaining("UNAVAILABLE");
        // The leader does not lose its follower meanwhile.
        assertThat(append(N2, 3, entry(2, 2), 2).getResult()).isEqualTo(AppendResult.SUCCESS);

        released.countDown();
        assertThat(get(delayed).getResult()).isEqualTo(AppendResult.SUCCESS);
        assertThat(vote(N3, 4, entry(2, 2)).getServerReply().getSuccess()).isFalse();
        assertThat(n1.term(3)).isEqualTo(3);
    }

    /** n1 would tell n3 that it has n3's entry, and would then replace it with the delayed one of n2. */
    @Test
    void anAppendOfANewerLeaderDoesNotOvertakeAnAppend() throws Exception {
        CompletableFuture<AppendEntriesReplyProto> delayed = delayedAppendOfN2();

        assertThatThrownBy(() -> append(N3, 4, entry(2, 2), 2, entry(4, 3))).hasStackTraceContaining("UNAVAILABLE");
        assertThatThrownBy(() -> append(N3, 4, entry(2, 2), 2)) // a heartbeat that would change the term
                .hasStackTraceContaining("UNAVAILABLE");

        released.countDown();
        assertThat(get(delayed).getResult()).isEqualTo(AppendResult.SUCCESS);
        AppendEntriesReplyProto repeated = append(N3, 4, entry(2, 2), 2, entry(4, 3));
        assertThat(repeated.getResult()).isEqualTo(AppendResult.SUCCESS);
        assertThat(n1.term(3)).isEqualTo(4);
    }

    /**
     * Has n1 lead in term 2 with the entries (1, 0), (2, 1) and (2, 2), and then has n2 append (3, 3) in term 3. n1
     * notes the new term, and waits for its sender to n3 to end before it appends. The sender does not end until it is
     * released.
     */
    private CompletableFuture<AppendEntriesReplyProto> delayedAppendOfN2() throws Exception {
        CountDownLatch sending = new CountDownLatch(1);
        CodeInjectionForTesting.put(SEND, (local, remote, args) -> {
            if (args.length > 0
                    && args[0] instanceof AppendEntriesRequestProto append
                    && append.getServerRequest().getReplyId().toStringUtf8().equals(N3.toString())) {
                sending.countDown();
                awaitDespiteInterrupts(released);
            }
            return false;
        });
        assertThat(append(N2, 1, null, -1, entry(1, 0)).getResult()).isEqualTo(AppendResult.SUCCESS);
        assertThat(n1.standForElection(N2, 1)).isTrue();
        await().atMost(PATIENCE).until(() -> n1.view() != null && n1.view().leaderReady());
        assertThat(n1.term(1)).isEqualTo(2);
        await().atMost(PATIENCE).until(() -> n1.term(2) == 2 && committed() == 2); // what the first entry committed
        assertThat(sending.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        CompletableFuture<AppendEntriesReplyProto> delayed = send(request(N2, 3, entry(2, 2), 2, entry(3, 3)));
        await().atMost(PATIENCE).until(() -> n1.view() != null && n1.view().term() == 3);
        assertThat(n1.term(3)).as("not appended yet").isEqualTo(-1);
        return delayed;
    }

    private long committed() {
        NodeView view = n1.view();
        assertThat(view).isNotNull();
        return view.commitIndex();
    }

    private static void awaitDespiteInterrupts(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private AppendEntriesReplyProto append(
            RaftId leader, long term, @Nullable LogEntryProto previous, long commit, LogEntryProto... entries)
            throws Exception {
        return get(send(request(leader, term, previous, commit, entries)));
    }

    private AppendEntriesRequestProto request(
            RaftId leader, long term, @Nullable LogEntryProto previous, long commit, LogEntryProto... entries) {
        AppendEntriesRequestProto.Builder request = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(call(leader))
                .setLeaderTerm(term)
                .setLeaderCommit(commit);
        if (previous != null) {
            request.setPreviousLog(termIndex(previous));
        }
        for (LogEntryProto entry : entries) {
            request.addEntries(entry);
        }
        return request.build();
    }

    private CompletableFuture<AppendEntriesReplyProto> send(AppendEntriesRequestProto request) {
        CompletableFuture<AppendEntriesReplyProto> reply = new CompletableFuture<>();
        RaftServerProtocolServiceGrpc.newStub(channel)
                .appendEntries(new Completing<>(reply))
                .onNext(request);
        return reply;
    }

    private RequestVoteReplyProto vote(RaftId candidate, long term, LogEntryProto last) throws Exception {
        CompletableFuture<RequestVoteReplyProto> reply = new CompletableFuture<>();
        RaftServerProtocolServiceGrpc.newStub(channel)
                .requestVote(
                        RequestVoteRequestProto.newBuilder()
                                .setServerRequest(call(candidate))
                                .setCandidateTerm(term)
                                .setCandidateLastEntry(termIndex(last))
                                .build(),
                        new Completing<>(reply));
        return get(reply);
    }

    private static <T> T get(CompletableFuture<T> reply) throws InterruptedException, ExecutionException {
        try {
            return reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    private static LogEntryProto entry(long term, long index) {
        return LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index)
                .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(-1))
                .build();
    }

    private static TermIndexProto termIndex(LogEntryProto entry) {
        return TermIndexProto.newBuilder()
                .setTerm(entry.getTerm())
                .setIndex(entry.getIndex())
                .build();
    }

    private RaftRpcRequestProto call(RaftId from) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(RaftPeerId.valueOf(from.toString()).toByteString())
                .setReplyId(RaftPeerId.valueOf(N1.toString()).toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder()
                        .setId(RaftGroupId.valueOf(cluster).toByteString()))
                .setCallId(callIds.incrementAndGet())
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** n2 as far as it answers: it votes for anybody, and has whatever it is sent. */
    private static final class AgreeableMember extends RaftServerProtocolServiceImplBase {
        @Override
        public void requestVote(RequestVoteRequestProto request, StreamObserver<RequestVoteReplyProto> replies) {
            replies.onNext(RequestVoteReplyProto.newBuilder()
                    .setServerReply(success(request.getServerRequest()))
                    .setTerm(request.getCandidateTerm())
                    .build());
            replies.onCompleted();
        }

        @Override
        public StreamObserver<AppendEntriesRequestProto> appendEntries(
                StreamObserver<AppendEntriesReplyProto> replies) {
            return new StreamObserver<>() {
                @Override
                public void onNext(AppendEntriesRequestProto request) {
                    int entries = request.getEntriesCount();
                    long next = entries > 0
                            ? request.getEntries(entries - 1).getIndex() + 1
                            : request.hasPreviousLog()
                                    ? request.getPreviousLog().getIndex() + 1
                                    : 0;
                    replies.onNext(AppendEntriesReplyProto.newBuilder()
                            .setServerReply(success(request.getServerRequest()))
                            .setTerm(request.getLeaderTerm())
                            .setNextIndex(next)
                            .setMatchIndex(entries > 0 ? next - 1 : -1)
                            .setFollowerCommit(request.getLeaderCommit())
                            .setIsHearbeat(entries == 0)
                            .setResult(AppendResult.SUCCESS)
                            .build());
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    replies.onCompleted();
                }
            };
        }

        private static RaftRpcReplyProto success(RaftRpcRequestProto request) {
            return RaftRpcReplyProto.newBuilder()
                    .setRequestorId(request.getRequestorId())
                    .setReplyId(request.getReplyId())
                    .setRaftGroupId(request.getRaftGroupId())
                    .setCallId(request.getCallId())
                    .setSuccess(true)
                    .build();
        }
    }

    private record Completing<T>(CompletableFuture<T> reply) implements StreamObserver<T> {
        @Override
        public void onNext(T value) {
            reply.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            reply.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            reply.completeExceptionally(Status.CANCELLED.asException()); // without an answer
        }
    }

    /** Hears everything and does nothing. */
    private static MachineEvents noEvents() {
        return (MachineEvents) Proxy.newProxyInstance(
                MachineEvents.class.getClassLoader(),
                new Class<?>[] {MachineEvents.class},
                (self, method, args) -> null);
    }
}
