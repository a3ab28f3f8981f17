package io.weldr.api.grpc;

import static io.weldr.api.grpc.AdminServiceIT.fails;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.state.Command;
import io.weldr.core.testkit.SampleCertificates;
import io.weldr.core.testkit.TestPems;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.CertificateEntry;
import io.weldr.proto.admin.v1.CertificateReply;
import io.weldr.proto.admin.v1.CreateCertificateRequest;
import io.weldr.proto.admin.v1.CreateListenerRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.Effect;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.UpdateCertificateRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import io.weldr.proto.resource.v1.Acme;
import io.weldr.proto.resource.v1.Certificate;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.ListenerTls;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates over gRPC. */
class CertificateServiceIT {
    private static final CertificateName SHOP = new CertificateName("shop");
    private static final Certificate GIVEN = Certificate.newBuilder()
            .setName("shop")
            .setChain(TestPems.of("ec256+middle"))
            .setPrivateKey(TestPems.of("ec256.key.pem"))
            .build();

    private TestCluster cluster;
    private ManagedChannel channel;
    private AdminBlockingStub stub;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(2);
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

    private CertificateReply create(Certificate certificate) {
        return stub.createCertificate(CreateCertificateRequest.newBuilder()
                .setCertificate(certificate)
                .build());
    }

    private CertificateEntry read() {
        return stub.getCertificate(
                        GetResourceRequest.newBuilder().setName("shop").build())
                .getEntry();
    }

    @Test
    void aCertificateIsCreatedReadChangedListedAndRemoved() {
        CertificateReply created = create(GIVEN);
        assertThat(created.getEffect()).isEqualTo(Effect.EFFECT_CREATED);
        assertThat(created.getEntry().getCertificate())
                .isEqualTo(GIVEN.toBuilder().clearPrivateKey().build());
        assertThat(create(GIVEN).getEffect()).isEqualTo(Effect.EFFECT_UNCHANGED);
        CertificateEntry read = read();
        assertThat(read.getSource()).isEqualTo(CertificateEntry.Source.SOURCE_FILE);
        assertThat(read.getIssued().getHostsList()).containsExactly("shop.example.com", "*.example.com", "192.0.2.1");
        assertThat(read.getIssued().getNotAfter().getSeconds())
                .isEqualTo(Instant.parse("2056-01-01T00:00:00Z").getEpochSecond());
        assertThat(read.getIssued().getKeyType()).isEqualTo("EC P-256");
        assertThat(read.getConditionsList()).isEmpty();

        stub.createListener(CreateListenerRequest.newBuilder()
                .setListener(Listener.newBuilder()
                        .setName("web")
                        .setProtocol(Listener.Protocol.PROTOCOL_HTTPS)
                        .setAddress("0.0.0.0:8443")
                        .setTls(ListenerTls.newBuilder().addCertificates("shop")))
                .build());
        cluster.node(2)
                .certificates(new CertificateCondition(SHOP, CertificateCondition.State.FAILED, "why", Instant.EPOCH));
        read = stub.listCertificates(ListResourcesRequest.getDefaultInstance()).getEntries(0);
        assertThat(read.getListenersList()).containsExactly("web");
        assertThat(read.getConditionsList())
                .extracting(
                        condition -> condition.getMember() + " " + condition.getState() + " " + condition.getReason())
                .containsExactly("n1 STATE_LOADED ", "n2 STATE_FAILED why");

        CertificateReply renewed = stub.updateCertificate(UpdateCertificateRequest.newBuilder()
                .setCertificate(GIVEN.toBuilder()
                        .setChain(TestPems.of("ec384+middle"))
                        .setPrivateKey(TestPems.of("ec384.key.pem")))
                .setUpdateMask(FieldMask.newBuilder().addPaths("chain").addPaths("private_key"))
                .setOptions(WriteOptions.newBuilder().setWaitApplied(true))
                .build());
        assertThat(renewed.getEntry().getIssued().getKeyType()).isEqualTo("EC P-384");
        assertThat(renewed.getApplied(1).getReason()).isEqualTo("certificate shop: not loaded: why");
        fails(
                () -> stub.deleteCertificate(
                        DeleteResourceRequest.newBuilder().setName("shop").build()),
                Code.FAILED_PRECONDITION,
                "in-use");
        fails(
                () -> stub.getCertificate(
                        GetResourceRequest.newBuilder().setName("none").build()),
                Code.NOT_FOUND,
                "no-such-certificate");
    }

    @Test
    void aCertificateToBeObtainedTellsWhatGoesOn() {
        Acme acme = Acme.newBuilder()
                .addHosts("shop.example")
                .setEmail("ops@example.com")
                .setTermsAgreed(true)
                .build();
        create(Certificate.newBuilder().setName("shop").setAcme(acme).build());
        assertThat(read().getSource()).isEqualTo(CertificateEntry.Source.SOURCE_ACME);
        assertThat(read().hasIssued()).isFalse();
        assertThat(read().getOrder().getState()).isEqualTo(io.weldr.proto.admin.v1.AcmeOrder.State.STATE_WAITING);
        long written = read().getRevision();
        Instant next = Instant.parse("2026-01-02T03:04:05Z");
        cluster.submit(new Command.RecordAcmeOrder(
                SHOP, written, new AcmeOrder(null, null, List.of(), 2, next, "no answer at port 80"), Instant.now()));
        assertThat(read().getOrder().getState()).isEqualTo(io.weldr.proto.admin.v1.AcmeOrder.State.STATE_FAILED);
        assertThat(read().getOrder().getError()).isEqualTo("no answer at port 80");
        assertThat(read().getOrder().getNextTry().getSeconds()).isEqualTo(next.getEpochSecond());
        cluster.submit(new Command.RecordIssued(
                SHOP, written, SampleCertificates.issued("01", "shop.example"), Instant.now()));
        assertThat(read().getIssued().getSerial()).isEqualTo("01");
        assertThat(read().hasOrder()).isFalse();
    }

    @Test
    void whatIsNotValidNamesItsFieldAndShowsNoKey() {
        assertThat(fails(
                        () -> create(GIVEN.toBuilder()
                                .setChain(TestPems.of("rsa2048+middle"))
                                .build()),
                        Code.INVALID_ARGUMENT,
                        "invalid-value"))
                .hasMessageContaining("privateKey: a key that does not belong to the first certificate");
        String key = GIVEN.getPrivateKey();
        assertThat(fails(() -> create(GIVEN.toBuilder().setChain(key).build()), Code.INVALID_ARGUMENT, "invalid-value"))
                .hasMessageContaining("chain: a block PRIVATE KEY")
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain(
                                key.lines().skip(1).findFirst().orElseThrow().substring(0, 20)));
    }
}
