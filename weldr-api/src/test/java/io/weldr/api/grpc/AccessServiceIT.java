package io.weldr.api.grpc;

import static io.weldr.testing.Patience.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.weldr.api.AdminServer;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.CreatePoolRequest;
import io.weldr.proto.admin.v1.CreateTokenRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListTokensRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.TokenReply;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.proto.resource.v1.Pool;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may use the gRPC API: the same as over HTTP. */
class AccessServiceIT {
    private final List<AuditLog.Entry> audit = new CopyOnWriteArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private TestCluster cluster;
    private AdminServer server;
    private AdminGrpc.AdminBlockingStub local;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        server = cluster.node(1).another(new ApiAccess(false, true, Set.of(), null, audit::add));
        server.start();
        local = AdminGrpc.newBlockingStub(
                channel(cluster.node(1).server().grpcAddress().getPort()));
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.close();
        cluster.close();
    }

    private ManagedChannel channel(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        channels.add(channel);
        return channel;
    }

    private ManagedChannel guarded() {
        return channel(server.grpcAddress().getPort());
    }

    private String token(String name, String role, String... pools) {
        return local.createToken(CreateTokenRequest.newBuilder()
                        .setName(name)
                        .setRole(role)
                        .addAllPools(List.of(pools))
                        .build())
                .getSecret();
    }

    private AdminGrpc.AdminBlockingStub as(String token) {
        return with("authorization", "Bearer " + token);
    }

    private AdminGrpc.AdminBlockingStub with(String name, String value) {
        Metadata fields = new Metadata();
        fields.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return AdminGrpc.newBlockingStub(guarded())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(fields))
                .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static AddOriginRequest add(String pool) {
        return AddOriginRequest.newBuilder()
                .setPool(pool)
                .setUrl("http://127.0.0.1:9001")
                .build();
    }

    private static Status.Code refused(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run)
                .getStatus()
                .getCode();
    }

    @Test
    void tokensAreMadeListedAndRemoved() {
        TokenReply made = local.createToken(CreateTokenRequest.newBuilder()
                .setName("ci")
                .setRole("operator")
                .addPools("web")
                .build());
        assertThat(made.getSecret()).startsWith("weldr_");
        assertThat(made.getToken().getPoolsList()).containsExactly("web");
        assertThat(local.listTokens(ListTokensRequest.getDefaultInstance()).toString())
                .contains("ci")
                .doesNotContain(made.getSecret());
        TokenReply read =
                local.getToken(GetResourceRequest.newBuilder().setName("ci").build());
        assertThat(read.getToken()).isEqualTo(made.getToken());
        assertThat(read.getSecret()).isEmpty();
        assertThat(refused(() -> local.createToken(CreateTokenRequest.newBuilder()
                        .setName("x")
                        .setRole("root")
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        local.deleteToken(DeleteResourceRequest.newBuilder().setName("ci").build());
        assertThat(refused(() -> local.getToken(
                        GetResourceRequest.newBuilder().setName("ci").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void aRoleMayDoWhatItMayAndNothingElse() {
        String viewer = token("viewer", "viewer");
        String operator = token("operator", "operator", "default");
        String admin = token("admin", "admin");
        for (String each : List.of(viewer, operator, admin)) {
            as(each).listOrigins(ListOriginsRequest.getDefaultInstance());
        }
        assertThat(refused(() -> as(viewer).addOrigin(add("")))).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused(() -> as(operator).addOrigin(add("web")))).isEqualTo(Status.Code.PERMISSION_DENIED);
        CreatePoolRequest pool = CreatePoolRequest.newBuilder()
                .setPool(Pool.newBuilder().setName("web"))
                .build();
        assertThat(refused(() -> as(operator).createPool(pool))).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused(() -> as(operator).listTokens(ListTokensRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        as(operator).addOrigin(add(""));
        as(admin).createPool(pool);
        // What was done and what was refused stands in the audit log, with who it was.
        await().untilAsserted(() -> assertThat(audit)
                .anySatisfy(entry -> {
                    assertThat(entry.action()).endsWith("/AddOrigin");
                    assertThat(entry.status()).isEqualTo("OK");
                    assertThat(String.valueOf(entry.actor())).isEqualTo("token operator");
                })
                .anySatisfy(entry -> {
                    assertThat(entry.action()).endsWith("/AddOrigin");
                    assertThat(entry.subject()).isEqualTo("web/http://127.0.0.1:9001");
                    assertThat(entry.refused()).isTrue();
                })
                .anySatisfy(entry -> {
                    assertThat(entry.action()).endsWith("/CreatePool");
                    assertThat(entry.refused()).isTrue();
                    assertThat(String.valueOf(entry.actor())).isEqualTo("token operator");
                }));
    }

    @Test
    void aChangeSaysWhoAndWhy() {
        String ci = token("ci", "operator");
        Metadata fields = new Metadata();
        fields.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + ci);
        fields.put(Metadata.Key.of("weldr-reason-bin", Metadata.BINARY_BYTE_MARSHALLER), "Störung 7".getBytes(UTF_8));
        AdminGrpc.newBlockingStub(guarded())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(fields))
                .addOrigin(add(""));
        List<Change> changes = cluster.state().history();
        Change added = changes.get(changes.size() - 1);
        assertThat(added.by()).isNotNull();
        assertThat(String.valueOf(added.by().actor())).isEqualTo("token ci");
        assertThat(added.by().reason()).isEqualTo("Störung 7");
        assertThat(added.by().address()).matches("127\\.0\\.0\\.1:[0-9]+");
        Iterator<WatchEvent> told = local.watch(
                WatchRequest.newBuilder().setAfterRevision(added.revision() - 1).build());
        io.weldr.proto.admin.v1.Change change = told.next().getChange();
        assertThat(change.getActor().getType()).isEqualTo("token");
        assertThat(change.getActor().getName()).isEqualTo("ci");
        assertThat(change.getReason()).isEqualTo("Störung 7");
        assertThat(refused(() -> with("weldr-reason", "x".repeat(300)).addOrigin(add(""))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aWatchEndsWhenItsTokenIsRemoved() {
        String viewer = token("viewer", "viewer");
        Iterator<WatchEvent> told = as(viewer).watch(WatchRequest.getDefaultInstance());
        assertThat(told.next().hasResync()).isTrue();
        Metadata fields = new Metadata();
        fields.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + viewer);
        Iterator<HealthCheckResponse> health = HealthGrpc.newBlockingStub(guarded())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(fields))
                .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .watch(HealthCheckRequest.getDefaultInstance());
        assertThat(health.next().getStatusValue()).isEqualTo(1);
        local.deleteToken(DeleteResourceRequest.newBuilder().setName("viewer").build());
        assertThat(refused(told::next)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refused(health::next)).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aCallThatAProxyPassedOnNeedsAToken() {
        Metadata fields = new Metadata();
        fields.put(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER), "192.0.2.1");
        assertThat(refused(() -> local.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(fields))
                        .listOrigins(ListOriginsRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    /** Every call of every service, those of gRPC itself among them, and calls that there are not. */
    @Test
    void aStrangerGetsNoFurtherThanTheDoor() {
        ClusterState before = cluster.state();
        List<String> calls = new ArrayList<>(List.of("weldr.admin.v1.Admin/Nothing", "nothing.Nothing/Nothing"));
        for (ServiceDescriptor service : List.of(
                AdminGrpc.getServiceDescriptor(),
                MemberToMemberGrpc.getServiceDescriptor(),
                HealthGrpc.getServiceDescriptor(),
                ProtoReflectionServiceV1.newInstance().bindService().getServiceDescriptor())) {
            service.getMethods().forEach(method -> calls.add(method.getFullMethodName()));
        }
        assertThat(calls).hasSizeGreaterThan(40);
        ManagedChannel stranger = guarded();
        for (String call : calls) {
            for (byte[] message : List.of(new byte[0], new byte[] {7, 7, 7}, new byte[70_000])) {
                Status.Code code = refused(() -> ClientCalls.blockingUnaryCall(
                        stranger,
                        method(call),
                        CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
                        message));
                assertThat(code).as(call).isEqualTo(Status.Code.UNAUTHENTICATED);
            }
        }
        assertThat(cluster.state()).isEqualTo(before);
        assertThat(HealthGrpc.newBlockingStub(
                                channel(cluster.node(1).server().grpcAddress().getPort()))
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatusValue())
                .isEqualTo(1);
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }
}
