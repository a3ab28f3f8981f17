package io.weldr.api.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.Finding;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.state.Command;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.DoctorReply;
import io.weldr.proto.admin.v1.DoctorRequest;
import io.weldr.proto.admin.v1.SupportRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node asks all members what is wrong, over HTTP and gRPC alike. */
class DoctorIT {
    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        client = new Client(cluster.node(2));
        client.post("/servers", "{\"url\":\"http://127.0.0.1:81\"}").is(201);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private JsonNode doctor() {
        return client.get("/v1/doctor").is(200).json();
    }

    /** As {@code check node}, or {@code check} for the whole cluster. */
    private List<String> found() {
        List<String> found = new ArrayList<>();
        for (JsonNode finding : doctor().path("findings")) {
            assertThat(finding.path("found").asText()).isNotEmpty();
            assertThat(finding.path("remedy").asText()).isNotEmpty();
            assertThat(finding.path("severity").asText()).isIn("critical", "warning");
            found.add(
                    (finding.path("check").asText() + " " + finding.path("node").asText("")).strip());
        }
        return found;
    }

    private void assertFound(String... expected) {
        await().untilAsserted(() -> assertThat(found()).containsExactlyInAnyOrder(expected));
    }

    @Test
    void ofAHealthyClusterNothingIsFound() {
        assertFound();
        JsonNode doctor = doctor();
        assertThat(doctor.path("healthy").asBoolean()).isTrue();
        assertThat(doctor.path("node").asText()).isEqualTo("n2");
        assertThat(doctor.path("members")).hasSize(3);
        for (JsonNode member : doctor.path("members")) {
            assertThat(member.path("version").asText()).isEqualTo("0.0-test");
            long ahead = Math.abs(member.path("clockAheadMillis").asLong());
            assertThat(ahead)
                    .isLessThanOrEqualTo(member.path("clockErrorMillis").asLong());
            assertThat(member.has("missing")).isFalse();
        }
    }

    @Test
    void aClockThatIsWrongIsMeasuredThroughTheNetwork() {
        cluster.node(3).clockAhead(Duration.ofSeconds(-90));
        assertFound("clock n3");
        JsonNode member = doctor().path("members").get(2);
        long error = member.path("clockErrorMillis").asLong();
        assertThat(member.path("clockAheadMillis").asLong()).isBetween(-90_000 - error - 1, -90_000 + error + 1);
    }

    @Test
    void aMemberThatIsAwayIsAFindingAndTheOthersAreToldOf() {
        cluster.node(1)
                .facts(new NodeFacts(
                        new TreeMap<>(),
                        List.of(Finding.warning("disk-space", cluster.node(1).id(), "little is free", "make room"))));
        cluster.node(3).stop();
        assertFound("unreachable n3", "disk-space n1");
        JsonNode doctor = doctor();
        assertThat(doctor.path("healthy").asBoolean()).isFalse();
        assertThat(doctor.path("findings").get(0).path("severity").asText()).isEqualTo("critical");
        assertThat(doctor.path("members").get(2).path("missing").asText()).isNotEmpty();
    }

    @Test
    void whatEachNodeSaysOfItselfIsCompared() {
        cluster.node(1).facts(settings("1s-2s"));
        cluster.node(2).facts(settings("500ms-1s"));
        cluster.node(3).facts(settings("500ms-1s"));
        cluster.node(1)
                .conditions(new ListenerCondition(
                        ListenerName.DEFAULT,
                        "0.0.0.0:80",
                        ListenerCondition.State.RETRYING,
                        "Address already in use",
                        Instant.now(),
                        0));
        cluster.node(3).trouble("its disk is full");
        cluster.node(3).unready("another member is ready");
        assertFound("settings", "listener n1", "trouble n3", "not-ready n3");
    }

    private static NodeFacts settings(String electionTimeout) {
        return new NodeFacts(new TreeMap<>(Map.of("election-timeout", electionTimeout)), List.of());
    }

    @Test
    void anUpgradeThatIsHalfDoneIsAFinding() throws Exception {
        cluster.node(1).stop();
        cluster.node(1).version("0.1-test");
        cluster.node(1).start();
        assertFound("versions");
    }

    @Test
    void aPoolWhoseOriginsAreAllDownIsCritical() {
        cluster.submit(new Command.RecordVerdict(
                PoolName.DEFAULT,
                new OriginId("127.0.0.1:81"),
                requireNonNull(cluster.state().pool(PoolName.DEFAULT))
                        .origins()
                        .get(0)
                        .generation(),
                new Verdict(false, Instant.now(), "connect refused"),
                null,
                Instant.now()));
        assertFound("pool");
        assertThat(doctor().path("findings").get(0).path("found").asText())
                .isEqualTo("pool default has no origin that takes requests: 1 of 1 are down, such as 127.0.0.1:81:"
                        + " down, connect refused");
    }

    @Test
    void withoutALeaderItAnswersAllTheSame() {
        cluster.lead(null);
        cluster.fail(GatewayException.Kind.NO_LEADER);
        assertFound("no-leader");
    }

    @Test
    void grpcTellsTheSame() {
        cluster.node(3).clockAhead(Duration.ofSeconds(90));
        assertFound("clock n3");
        ManagedChannel channel = ManagedChannelBuilder.forTarget(cluster.node(2).endpoint())
                .usePlaintext()
                .build();
        try {
            DoctorReply reply = AdminGrpc.newBlockingStub(channel).doctor(DoctorRequest.getDefaultInstance());
            assertThat(reply.getSelf()).isEqualTo("n2");
            assertThat(reply.getMembersCount()).isEqualTo(3);
            assertThat(reply.getMembers(2).getClockAhead().getSeconds()).isBetween(89L, 90L);
            assertThat(reply.getFindingsList()).hasSize(1);
            assertThat(reply.getFindings(0).getCheck()).isEqualTo("clock");
            assertThat(reply.getFindings(0).getNode()).isEqualTo("n3");
            assertThat(AdminGrpc.newBlockingStub(channel)
                            .support(SupportRequest.newBuilder().setMember("n3").build())
                            .getTexts(0)
                            .getText())
                    .isEqualTo("id: n3");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void theTextsOfASupportBundleAreToldOfAnyMember() {
        JsonNode own = client.get("/v1/support").is(200).json();
        assertThat(own.path("member").asText()).isEqualTo("n2");
        List<String> names = new ArrayList<>();
        own.path("texts").forEach(text -> names.add(text.path("name").asText()));
        assertThat(names).containsExactly("configuration.txt", "metrics.txt");
        assertThat(own.path("texts").get(1).path("text").asText()).contains("weldr_exchanges_total");
        await().untilAsserted(() -> {
            JsonNode other = client.get("/v1/support?member=n1").is(200).json();
            assertThat(other.path("texts").get(0).path("text").asText()).isEqualTo("id: n1");
        });
        client.get("/v1/support?member=n9").isProblem(404, "no-such-member");
        client.get("/v1/support?member=%20").isProblem(400, "invalid-value");
    }
}
