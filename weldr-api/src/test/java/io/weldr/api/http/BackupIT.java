package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.api.testkit.TestNode;
import io.weldr.core.port.GatewayException;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.BackupInfo;
import io.weldr.proto.admin.v1.BackupPart;
import io.weldr.proto.admin.v1.BackupRequest;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.ReadyRequest;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state as a file, over HTTP and gRPC alike: from any node, fresh, and also for clients that read slowly. */
class BackupIT {
    private TestCluster cluster;
    private Client client;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        client = new Client(cluster.node(2));
        client.post("/servers", "{\"url\":\"http://127.0.0.1:81\"}").is(201);
        channel = NettyChannelBuilder.forTarget(cluster.node(2).endpoint())
                .usePlaintext()
                .flowControlWindow(65_535)
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        cluster.close();
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(cluster.node(2).url() + path))
                                .timeout(PATIENCE)
                                .build(),
                        BodyHandlers.ofByteArray());
    }

    @Test
    void overHttpItIsOneFile() throws Exception {
        long revision = cluster.state().revision();
        HttpResponse<byte[]> answer = get("/v1/backup");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(TestNode.backupBytes(revision));
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"weldr-" + revision + ".backup\"");
        assertThat(answer.headers().firstValue("Weldr-Revision")).contains(Long.toString(revision));
        assertThat(answer.headers().firstValue("Weldr-Applied-Index")).contains(Long.toString(cluster.index()));
        client.send("HEAD", "/v1/backup", null).is(200);
        client.get("/v1/backup?member=n1").isProblem(400, "unknown-field");
    }

    @Test
    void overGrpcItComesInParts() {
        Iterator<BackupPart> parts = AdminGrpc.newBlockingStub(channel).backup(BackupRequest.getDefaultInstance());
        BackupInfo info = parts.next().getInfo();
        assertThat(info.getRevision()).isEqualTo(cluster.state().revision());
        assertThat(info.getAppliedIndex()).isEqualTo(cluster.index());
        assertThat(info.getNode()).isEqualTo("n2");
        assertThat(info.getCluster()).isEqualTo(TestNode.CLUSTER_ID);
        assertThat(info.getBytes()).isEqualTo(TestNode.BACKUP_BYTES);
        assertThat(info.getPools()).isEqualTo(1);
        assertThat(info.getOrigins()).isEqualTo(1);
        assertThat(info.hasAge()).isFalse();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        parts.forEachRemaining(part -> file.writeBytes(part.getData().toByteArray()));
        assertThat(file.toByteArray()).isEqualTo(TestNode.backupBytes(info.getRevision()));
    }

    @Test
    void withoutALeaderOnlyAStaleOneIsMade() throws Exception {
        cluster.fail(GatewayException.Kind.NO_LEADER);
        client.get("/v1/backup").isProblem(503, "no-leader");
        assertThat(get("/v1/backup?consistency=stale").statusCode()).isEqualTo(200);
        AdminGrpc.AdminBlockingStub stub = AdminGrpc.newBlockingStub(channel);
        assertThatThrownBy(() -> stub.backup(BackupRequest.getDefaultInstance()).next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        BackupRequest stale = BackupRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        assertThat(stub.backup(stale).next().getInfo().hasAge()).isTrue();
    }

    @Test
    void aNodeWithoutAStateMakesNone() {
        cluster.node(2).noState(true);
        client.get("/v1/backup?consistency=stale").isProblem(503, "unavailable");
        assertThatThrownBy(() -> AdminGrpc.newBlockingStub(channel)
                        .backup(BackupRequest.getDefaultInstance())
                        .next())
                .hasMessageContaining("no state of a cluster yet");
    }

    /** Files that wait for their readers count among the bytes that may wait. */
    @Test
    void slowReadersTakeNoMoreMemoryThanALimitSays() {
        AdminGrpc.AdminBlockingStub stub = AdminGrpc.newBlockingStub(channel);
        ManagedChannel silent = NettyChannelBuilder.forTarget(cluster.node(2).endpoint())
                .usePlaintext()
                .flowControlWindow(65_535)
                .build();
        List<ClientCall<BackupRequest, BackupPart>> calls = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                ClientCall<BackupRequest, BackupPart> call =
                        silent.newCall(AdminGrpc.getBackupMethod(), CallOptions.DEFAULT);
                call.start(new ClientCall.Listener<>() {}, new Metadata()); // asks for no message
                call.sendMessage(BackupRequest.getDefaultInstance());
                call.halfClose();
                calls.add(call);
            }
            await().untilAsserted(() -> assertThat(code(stub)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
            client.get("/v1/backup").isProblem(503, "overloaded");
            stub.ready(ReadyRequest.getDefaultInstance());
            client.get("/readyz").is(200);
            calls.forEach(call -> call.cancel("enough", null));
            await().untilAsserted(() -> assertThat(code(stub)).isEqualTo(Status.Code.OK));
        } finally {
            silent.shutdownNow();
        }
    }

    private static Status.Code code(AdminGrpc.AdminBlockingStub stub) {
        try {
            stub.backup(BackupRequest.getDefaultInstance()).forEachRemaining(part -> {});
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
