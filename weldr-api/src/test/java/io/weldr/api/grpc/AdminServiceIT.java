package io.weldr.api.grpc;

import static io.weldr.testing.Patience.promised;
import static io.weldr.testing.Patience.withTimeFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.weldr.api.AdminServer;
import io.weldr.api.http.HttpLimits;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.Effect;
import io.weldr.proto.admin.v1.GetHealthPolicyRequest;
import io.weldr.proto.admin.v1.GetMemberRequest;
import io.weldr.proto.admin.v1.GetOriginRequest;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.OriginReply;
import io.weldr.proto.admin.v1.ReadyReply;
import io.weldr.proto.admin.v1.ReadyRequest;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import io.weldr.proto.admin.v1.StatsRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** {@code weldr.admin.v1.Admin}, as another program calls it. */
class AdminServiceIT {
    private TestCluster cluster;
    private ManagedChannel channel;
    private AdminBlockingStub stub;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        channel = NettyChannelBuilder.forTarget(cluster.node(1).endpoint())
                .usePlaintext()
                .build();
        stub = AdminGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        cluster.close();
    }

    private OriginReply add(String url) {
        return stub.addOrigin(AddOriginRequest.newBuilder().setUrl(url).build());
    }

    private static OriginKey id(String id) {
        return OriginKey.newBuilder().setId(id).build();
    }

    /** The call fails with that code, and its details name that reason. */
    static StatusRuntimeException fails(Supplier<?> call, Code code, String reason) {
        try {
            Object answer = call.get();
            throw new AssertionError("answered: " + answer);
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
            ErrorInfo info = detail(e, ErrorInfo.class);
            assertThat(info).isNotNull();
            assertThat(info.getReason()).isEqualTo(reason);
            assertThat(info.getDomain()).isEqualTo("weldr");
            assertThat(info.getMetadataOrThrow("found")).isNotEmpty();
            assertThat(info.getMetadataOrThrow("expected")).isNotEmpty();
            return e;
        }
    }

    private static <T extends com.google.protobuf.Message> @Nullable T detail(StatusRuntimeException e, Class<T> type) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        if (status != null) {
            for (com.google.protobuf.Any any : status.getDetailsList()) {
                if (any.is(type)) {
                    try {
                        return any.unpack(type);
                    } catch (com.google.protobuf.InvalidProtocolBufferException malformed) {
                        throw new AssertionError(malformed);
                    }
                }
            }
        }
        return null;
    }

    @Test
    void originsAreAddedChangedListedAndRemoved() {
        OriginReply added = add("http://127.0.0.1:1");
        assertThat(added.getEffect()).isEqualTo(Effect.EFFECT_CREATED);
        assertThat(added.getOrigin().getState()).isEqualTo("up");
        assertThat(add("http://127.0.0.1:1").getEffect()).isEqualTo(Effect.EFFECT_UNCHANGED);
        OriginReply drained = stub.updateOrigin(UpdateOriginRequest.newBuilder()
                .setOrigin(OriginKey.newBuilder().setAddress("127.0.0.1:1"))
                .setWeight(5)
                .setAdmin(AdminState.ADMIN_STATE_DRAINING)
                .setHealth(HealthPolicy.newBuilder().setPasses(9))
                .setOptions(WriteOptions.newBuilder()
                        .setExpectedRevision(added.getOrigin().getRevision())
                        .setWaitApplied(true))
                .build());
        assertThat(drained.getOrigin().getState()).isEqualTo("draining");
        assertThat(drained.getOrigin().hasDrainDeadline()).isTrue();
        assertThat(drained.getOrigin().getHealth().getPasses()).isEqualTo(9);
        assertThat(drained.getOrigin().getHealth().getPath()).isEqualTo("/");
        assertThat(drained.getAppliedList()).hasSize(3).allMatch(one -> one.getAppliedIndex() == cluster.index());
        assertThat(stub.listOrigins(ListOriginsRequest.getDefaultInstance()).getOriginsList())
                .containsExactly(drained.getOrigin());
        GetOriginRequest.Builder one = GetOriginRequest.newBuilder().setOrigin(id("127.0.0.1:1"));
        OriginReply read = stub.getOrigin(one.build());
        assertThat(read.getOrigin()).isEqualTo(drained.getOrigin());
        assertThat(read.getEffect()).isEqualTo(Effect.EFFECT_UNSPECIFIED);
        assertThat(read.hasAge()).isFalse();
        assertThat(stub.getOrigin(one.setConsistency(Consistency.CONSISTENCY_STALE)
                                .build())
                        .hasAge())
                .isTrue();
        fails(() -> stub.getOrigin(one.setOrigin(id("none")).build()), Code.NOT_FOUND, "no-such-origin");
        fails(() -> stub.getOrigin(one.clearOrigin().build()), Code.INVALID_ARGUMENT, "invalid-value");
        OriginReply removed = stub.removeOrigin(
                RemoveOriginRequest.newBuilder().setOrigin(id("127.0.0.1:1")).build());
        assertThat(removed.getEffect()).isEqualTo(Effect.EFFECT_REMOVED);
        assertThat(removed.getRevision()).isEqualTo(cluster.state().revision());
    }

    @Test
    void failuresCarryTheNamesOfTheHttpApi() {
        add("http://127.0.0.1:1");
        fails(() -> add("ftp://a"), Code.INVALID_ARGUMENT, "invalid-value");
        fails(() -> add(""), Code.INVALID_ARGUMENT, "invalid-value");
        fails(() -> add("https://127.0.0.1:1"), Code.ALREADY_EXISTS, "already-exists");
        AddOriginRequest.Builder fresh =
                AddOriginRequest.newBuilder().setUrl("https://127.0.0.1:1").setMustBeNew(true);
        fails(() -> stub.addOrigin(fresh.build()), Code.ABORTED, "precondition-failed");
        RemoveOriginRequest.Builder remove = RemoveOriginRequest.newBuilder();
        fails(() -> stub.removeOrigin(remove.build()), Code.INVALID_ARGUMENT, "invalid-value");
        remove.setOrigin(id("web"));
        fails(() -> stub.removeOrigin(remove.build()), Code.NOT_FOUND, "no-such-origin");
        remove.setOrigin(id("127.0.0.1:1")).setOptions(WriteOptions.newBuilder().setExpectedRevision(999));
        fails(() -> stub.removeOrigin(remove.build()), Code.ABORTED, "precondition-failed");
        remove.setPool("a b");
        fails(() -> stub.removeOrigin(remove.build()), Code.INVALID_ARGUMENT, "invalid-value");
        fails(
                () -> stub.updateOrigin(UpdateOriginRequest.newBuilder()
                        .setOrigin(id("127.0.0.1:1"))
                        .setAdminValue(77)
                        .build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
        cluster.fail(Kind.NO_LEADER);
        StatusRuntimeException refused = fails(() -> add("http://127.0.0.1:2"), Code.UNAVAILABLE, "no-leader");
        assertThat(detail(refused, RetryInfo.class)).isNotNull();
        assertThat(stub.listOrigins(ListOriginsRequest.newBuilder()
                                .setConsistency(Consistency.CONSISTENCY_STALE)
                                .build())
                        .getOriginsList())
                .hasSize(1);
        cluster.fail(Kind.UNKNOWN_OUTCOME);
        fails(() -> add("http://127.0.0.1:2"), Code.DEADLINE_EXCEEDED, "unknown-outcome");
    }

    @Test
    void aRequestIdNamesOneWish() {
        AddOriginRequest wish = AddOriginRequest.newBuilder()
                .setUrl("http://127.0.0.1:1")
                .setOptions(WriteOptions.newBuilder().setRequestId("w1"))
                .build();
        stub.addOrigin(wish);
        stub.removeOrigin(
                RemoveOriginRequest.newBuilder().setOrigin(id("127.0.0.1:1")).build());
        assertThat(stub.addOrigin(wish).getEffect()).isEqualTo(Effect.EFFECT_CREATED);
        assertThat(cluster.state().defaultPool().origins()).isEmpty();
    }

    @Test
    void theHealthPolicyIsChangedInPart() {
        HealthPolicy changed = stub.setHealthPolicy(SetHealthPolicyRequest.newBuilder()
                        .setHealth(HealthPolicy.newBuilder().setFailures(7).setInitialUp(false))
                        .build())
                .getHealth();
        assertThat(changed.getFailures()).isEqualTo(7);
        assertThat(changed.getInitialUp()).isFalse();
        assertThat(changed.getPasses()).isEqualTo(2);
        assertThat(stub.getHealthPolicy(GetHealthPolicyRequest.getDefaultInstance())
                        .getHealth())
                .isEqualTo(changed);
        assertThat(stub.getHealthPolicy(GetHealthPolicyRequest.getDefaultInstance())
                        .hasAge())
                .isFalse();
        GetHealthPolicyRequest stale = GetHealthPolicyRequest.newBuilder()
                .setConsistency(io.weldr.proto.admin.v1.Consistency.CONSISTENCY_STALE)
                .build();
        assertThat(stub.getHealthPolicy(stale).hasAge()).isTrue();
    }

    @Test
    void aWatchTellsEveryChangeAndGoesOnAfterARevision() {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            Iterator<WatchEvent> events = stub.watch(WatchRequest.getDefaultInstance());
            WatchEvent first = events.next();
            assertThat(first.hasResync()).isTrue();
            add("http://127.0.0.1:1");
            WatchEvent added = events.next();
            assertThat(added.getChange().getKind()).isEqualTo("origin-added");
            assertThat(added.getChange().getOrigin().getUrl()).isEqualTo("http://127.0.0.1:1");
            Iterator<WatchEvent> again = stub.watch(WatchRequest.newBuilder()
                    .setAfterRevision(first.getRevision())
                    .build());
            assertThat(again.next()).isEqualTo(added);
        });
        context.cancel(null);
    }

    @Test
    void everyLimitSaysThatItIsExhausted() throws Exception {
        HttpLimits limits = new HttpLimits(
                1 << 20,
                8 * 1024,
                16 * 1024,
                16,
                32 << 20,
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMillis(200));
        Context.CancellableContext context = Context.current().withCancellation();
        try (AdminServer server = cluster.node(1).another(0, 0, limits)) {
            server.start();
            ManagedChannel small = NettyChannelBuilder.forAddress(server.grpcAddress())
                    .usePlaintext()
                    .build();
            try {
                AdminBlockingStub limited = AdminGrpc.newBlockingStub(small);
                context.run(() -> {
                    Iterator<WatchEvent> first = limited.watch(WatchRequest.getDefaultInstance());
                    assertThat(first.next().hasResync()).isTrue();
                    for (WatchRequest second : List.of(
                            WatchRequest.getDefaultInstance(),
                            WatchRequest.newBuilder().setAfterRevision(1).build())) {
                        fails(() -> limited.watch(second).next(), Code.RESOURCE_EXHAUSTED, "overloaded");
                    }
                });
                AddOriginRequest large = AddOriginRequest.newBuilder()
                        .setUrl("http://a/" + "a".repeat(GrpcApi.MESSAGE_BYTES_MAX))
                        .build();
                assertThatThrownBy(() -> limited.addOrigin(large))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED));
                cluster.fail(Kind.OVERLOADED);
                fails(
                        () -> limited.addOrigin(AddOriginRequest.newBuilder()
                                .setUrl("http://127.0.0.1:1")
                                .build()),
                        Code.RESOURCE_EXHAUSTED,
                        "overloaded");
            } finally {
                context.cancel(null);
                small.shutdownNow();
            }
        }
    }

    @Test
    void everyWriteIsLoggedAndNoRead() {
        ch.qos.logback.classic.Logger logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(WriteLog.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        logger.addAppender(lines);
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        try {
            add("http://127.0.0.1:1");
            fails(() -> add("ftp://a\nb"), Code.INVALID_ARGUMENT, "invalid-value");
            stub.listOrigins(ListOriginsRequest.getDefaultInstance());
            stub.clusterStatus(ClusterStatusRequest.getDefaultInstance());
            stub.setHealthPolicy(SetHealthPolicyRequest.newBuilder()
                    .setHealth(HealthPolicy.newBuilder().setPasses(9))
                    .build());
            stub.removeOrigin(RemoveOriginRequest.newBuilder()
                    .setOrigin(id("127.0.0.1:1"))
                    .build());
            fails(
                    () -> stub.removeOrigin(RemoveOriginRequest.newBuilder()
                            .setOrigin(OriginKey.newBuilder().setAddress("127.0.0.1:1"))
                            .build()),
                    Code.NOT_FOUND,
                    "no-such-origin");
            assertThat(lines.list)
                    .extracting(line -> line.getFormattedMessage().replaceAll("from 127.0.0.1:[0-9]+ by", "from X by"))
                    .containsExactly(
                            "AddOrigin \"default/http://127.0.0.1:1\" from X by local: OK",
                            "AddOrigin \"default/ftp://a\uFFFDb\" from X by local: INVALID_ARGUMENT",
                            "SetHealthPolicy \"default/health\" from X by local: OK",
                            "RemoveOrigin \"default/127.0.0.1:1\" from X by local: OK",
                            "RemoveOrigin \"default/127.0.0.1:1\" from X by local: NOT_FOUND");
            assertThat(lines.list.get(0).getFormattedMessage()).contains("from 127.0.0.1:");

            cluster.node(2).lag(true);
            Future<OriginReply> impatient = AdminGrpc.newFutureStub(channel)
                    .addOrigin(AddOriginRequest.newBuilder()
                            .setUrl("http://127.0.0.1:2")
                            .setOptions(WriteOptions.newBuilder().setWaitApplied(true))
                            .build());
            await().until(() -> !cluster.state().defaultPool().origins().isEmpty());
            impatient.cancel(true);
            await().untilAsserted(() -> assertThat(lines.list).hasSize(6));
            assertThat(lines.list.get(5).getFormattedMessage())
                    .startsWith("AddOrigin \"default/http://127.0.0.1:2\"")
                    .endsWith(": the client did not wait for the outcome");
        } finally {
            logger.setLevel(before);
            logger.detachAppender(lines);
        }
    }

    @Test
    void whatIsNotValidIsRefusedWithoutAQuorum() {
        cluster.fail(Kind.NO_LEADER);
        HealthPolicy slow = HealthPolicy.newBuilder()
                .setInterval(com.google.protobuf.Duration.newBuilder().setSeconds(7200))
                .build();
        fails(
                () -> stub.setHealthPolicy(
                        SetHealthPolicyRequest.newBuilder().setHealth(slow).build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
        fails(
                () -> stub.addOrigin(AddOriginRequest.newBuilder()
                        .setUrl("http://127.0.0.1:1")
                        .setHealth(slow)
                        .build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
        fails(
                () -> stub.watch(WatchRequest.newBuilder().setAfterRevision(-1).build())
                        .next(),
                Code.INVALID_ARGUMENT,
                "invalid-value");
    }

    @Test
    void aDeadlineOfTheCallerIsKept() throws Exception {
        cluster.node(2).lag(true);
        cluster.node(3).lag(true);
        withTimeFrom(Duration.ofSeconds(2), deadline -> {
            long start = System.nanoTime();
            try {
                OriginReply reply = stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
                        .addOrigin(AddOriginRequest.newBuilder()
                                .setUrl("http://127.0.0.1:1")
                                .setOptions(WriteOptions.newBuilder().setWaitApplied(true))
                                .build());
                // The members knew the deadline too, and said in time how far they are.
                assertThat(reply.getApplied(1).getAppliedIndex()).isLessThan(cluster.index());
            } catch (StatusRuntimeException late) {
                assertThat(late.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
            }
            promised("a call with a deadline", Duration.ofNanos(System.nanoTime() - start), deadline.plusMillis(2_500));
            return !cluster.state().defaultPool().origins().isEmpty(); // the write may have come too late
        });
        assertThat(cluster.state().defaultPool().origins()).hasSize(1);
    }

    @Test
    void theClusterAndItsStatsAreSeenWhole() {
        cluster.node(3).stop();
        ClusterStatusReply status = stub.clusterStatus(ClusterStatusRequest.getDefaultInstance());
        assertThat(status.getLeader()).isEqualTo("n1");
        assertThat(status.getMembersList()).hasSize(3);
        assertThat(status.getMembers(1).getAppliedIndex()).isEqualTo(cluster.index());
        assertThat(status.getMembers(2).getMissing()).isTrue();
        GetMemberRequest.Builder second = GetMemberRequest.newBuilder().setId("n2");
        assertThat(stub.getMember(second.build()).getMember().toBuilder()
                        .clearUptime()
                        .build())
                .isEqualTo(status.getMembers(1).toBuilder()
                        .clearUptime()
                        .clearStop()
                        .build());
        fails(() -> stub.getMember(second.setId("n9").build()), Code.NOT_FOUND, "no-such-member");
        assertThat(stub.stats(StatsRequest.getDefaultInstance()).getMissingList())
                .containsExactly("n3");
    }

    @Test
    void aNodeSaysWhetherItIsReady() {
        assertThat(stub.ready(ReadyRequest.getDefaultInstance()))
                .isEqualTo(ReadyReply.newBuilder().setSelf("n1").build());
        cluster.node(1).unready("the state is not loaded yet", "the proxy is not bound");
        assertThat(stub.ready(ReadyRequest.getDefaultInstance()).getReasonsList())
                .containsExactly("the state is not loaded yet", "the proxy is not bound");
    }

    @Test
    void healthAndReflectionAnswerUntilTheNodeGoes() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        List<ServerReflectionResponse> answers = new CopyOnWriteArrayList<>();
        StreamObserver<ServerReflectionRequest> ask = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                });
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        await().until(() -> !answers.isEmpty());
        ask.onCompleted();
        assertThat(answers.get(0).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("weldr.admin.v1.Admin", "weldr.admin.v1.MemberToMember", "grpc.health.v1.Health");
    }
}
