package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.api.testkit.TestMembership;
import io.weldr.api.testkit.TestProcess;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of the members over HTTP. */
class MembersIT {
    private static final String NEWCOMER = "{\"id\":\"n4\",\"raft\":\"10.0.0.4:9687\"}";

    private TestCluster cluster;
    private TestMembership membership;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        membership = cluster.node(1).membership();
        client = new Client(cluster.node(1));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void eachWishArrivesAndIsAnsweredWithTheVoters() {
        JsonNode added = client.post("/v1/cluster/members", NEWCOMER).is(201).json();
        assertThat(added.path("changed").asBoolean()).isTrue();
        assertThat(added.path("leader").asText()).isEqualTo("n1");
        assertThat(added.path("voters").get(0).path("raft").asText()).isEqualTo("127.0.0.1:9");
        client.delete("/v1/cluster/members/n2").is(200);
        client.delete("/v1/cluster/members/n2?drain=90s").is(200);
        client.delete("/v1/cluster/members/n2?force=true").is(200);
        client.post("/v1/cluster/members/n3/replacement?drain=1m", NEWCOMER).is(201);
        client.post("/v1/cluster/members/n5/promotion", "").is(200);
        client.post("/v1/cluster/leader", "{\"to\":\"n2\"}").is(200);
        client.post("/v1/cluster/leader", "", "Weldr-Reason", "release 7").is(200);
        assertThat(membership.askers()).hasSize(8).startsWith("local null").endsWith("local release 7");
        assertThat(membership.wishes())
                .containsExactly(
                        "add n4 10.0.0.4:9687",
                        "remove n2 null",
                        "remove n2 PT1M30S",
                        "remove n2 PT0S",
                        "replace n3 n4 10.0.0.4:9687 PT1M",
                        "promote n5",
                        "transfer n2",
                        "transfer null");
        membership.nothingChanges();
        assertThat(client.post("/v1/cluster/members", NEWCOMER)
                        .is(200)
                        .json()
                        .path("changed")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void aKeyIsRefusedRatherThanIgnored() {
        for (String path : new String[] {"/v1/cluster/members", "/v1/cluster/leader"}) {
            client.post(path, path.endsWith("s") ? NEWCOMER : "", "Idempotency-Key", "k1")
                    .isProblem(400, "bad-request");
        }
        client.delete("/v1/cluster/members/n2", "Idempotency-Key", "k1").isProblem(400, "bad-request");
        assertThat(membership.wishes()).isEmpty();
    }

    @Test
    void everyRefusalHasItsProblem() {
        Map<Refusal, String> types = Map.ofEntries(
                Map.entry(Refusal.NO_SUCH_MEMBER, "no-such-member"),
                Map.entry(Refusal.ALREADY_MEMBER, "already-exists"),
                Map.entry(Refusal.CHANGE_UNDER_WAY, "change-under-way"),
                Map.entry(Refusal.WOULD_LOSE_QUORUM, "would-lose-quorum"),
                Map.entry(Refusal.LAST_MEMBER, "last-member"),
                Map.entry(Refusal.TOO_MANY_MEMBERS, "limit-exceeded"),
                Map.entry(Refusal.NOT_WAITING, "not-waiting"),
                Map.entry(Refusal.UNSUPPORTED, "cluster-version"),
                Map.entry(Refusal.NOT_CAUGHT_UP, "not-caught-up"),
                Map.entry(Refusal.CANNOT_LEAD, "cannot-lead"),
                Map.entry(Refusal.REVOKED, "unauthenticated"));
        for (Refusal refusal : Refusal.values()) {
            membership.refuse(refusal, "this is so (expected: that)");
            int status = refusal == Refusal.NO_SUCH_MEMBER ? 404 : refusal == Refusal.REVOKED ? 401 : 409;
            Reply reply = client.delete("/v1/cluster/members/n2").is(status);
            assertThat(reply.json().path("type").asText()).isEqualTo("urn:weldr:problem:" + types.get(refusal));
            assertThat(reply.json().path("found").asText()).isEqualTo("this is so");
            assertThat(reply.json().path("expected").asText()).isEqualTo("that");
        }
    }

    @Test
    void whatMakesNoSenseIsRefusedAndReachesNobody() {
        client.post("/v1/cluster/members", "{\"id\":\"n4\"}").is(400);
        client.post("/v1/cluster/members", "{\"raft\":\"10.0.0.4:9687\"}").is(400);
        client.post("/v1/cluster/members", "{\"id\":\"n 4\",\"raft\":\"10.0.0.4:9687\"}")
                .is(400);
        client.post("/v1/cluster/members", "{\"id\":\"n4\",\"raft\":\"10.0.0.4\"}")
                .is(400);
        client.post("/v1/cluster/members", "{\"id\":\"n4\",\"raft\":\"10.0.0.4:1\",\"x\":1}")
                .is(400);
        client.post("/v1/cluster/leader", "{\"id\":\"n4\"}").is(400);
        client.delete("/v1/cluster/members/n2?drain=soon").is(400);
        client.delete("/v1/cluster/members/n2?drain=2h").is(400);
        client.delete("/v1/cluster/members/n2?drain=5s&force=true").is(400);
        client.delete("/v1/cluster/members/n2?now").is(400);
        client.delete("/v1/cluster/members/n.2").is(400);
        assertThat(membership.wishes()).isEmpty();
    }

    @Test
    void aWitnessAndTheChangeUnderWayAreTold() {
        HostPort at = new HostPort("127.0.0.1", 1);
        cluster.submit(new Command.AnnounceMember(
                new Member(new MemberId("n2"), at, at, at, null, "0.0-test", ClusterVersion.SUPPORTED), Instant.now()));
        membership.underWay("taking in n9");
        JsonNode answer = client.get("/v1/cluster/members").is(200).json();
        assertThat(answer.path("change").asText()).isEqualTo("taking in n9");
        JsonNode witness = answer.path("members").get(1);
        assertThat(witness.path("id").asText()).isEqualTo("n2");
        assertThat(witness.path("witness").asBoolean()).isTrue();
        assertThat(witness.path("addresses").has("proxy")).isFalse();
        assertThat(answer.path("members").get(0).has("witness")).isFalse();
    }

    @Test
    void aMemberRestartsOnlyIfItIsStartedAgainAndIsTheProcessThatIsMeant() throws Exception {
        TestProcess process = cluster.node(1).process();
        String path = "/v1/cluster/members/n1/restart";
        JsonNode member = client.get("/v1/cluster/members/n1").is(200).json();
        assertThat(member.path("ready").asBoolean()).isTrue();
        assertThat(member.path("serviceManager").asText()).isEqualTo("systemd");
        assertThat(member.path("drainTimeoutSeconds").asDouble()).isEqualTo(7);
        String started = member.path("startedAt").asText();

        client.post(path + "?started=2001-01-01T00:00:00Z", "").isProblem(412, "precondition-failed");
        client.post(path + "?started=yesterday", "").isProblem(400, "invalid-value");
        client.post(path + "?safe=true", "").isProblem(409, "not-safe"); // it is the only voter
        assertThat(process.restarting()).isFalse();
        process.serviceManager(null);
        client.post(path, "").isProblem(409, "no-service-manager");
        assertThat(process.restarts()).isEmpty();

        process.serviceManager("WELDR_SUPERVISED");
        JsonNode begun = client.post(path + "?started=" + started, "", "Weldr-Reason", "release 7")
                .is(202)
                .json();
        assertThat(begun.path("changed").asBoolean()).isTrue();
        assertThat(begun.path("startedAt").asText()).isEqualTo(started);
        assertThat(process.restarts())
                .singleElement()
                .asString()
                .startsWith("local from ")
                .endsWith(": release 7");
        assertThat(client.post(path, "").is(202).json().path("changed").asBoolean())
                .isFalse();
        assertThat(client.get("/v1/cluster/members/n1")
                        .is(200)
                        .json()
                        .path("restarting")
                        .asBoolean())
                .isTrue();
        client.post("/v1/cluster/members/n7/restart", "").isProblem(404, "no-such-member");
    }

    @Test
    void oneMemberIsShownAlone() {
        JsonNode member = client.get("/v1/cluster/members/n1").is(200).json();
        JsonNode among =
                client.get("/v1/cluster/members").is(200).json().path("members").get(0);
        assertThat(member.path("id").asText()).isEqualTo("n1");
        among.fieldNames().forEachRemaining(name -> {
            // The uptime goes on between the two calls; whether it may be stopped depends on the others, too.
            if (!name.equals("uptimeSeconds") && !name.equals("stop")) {
                assertThat(member.path(name)).as(name).isEqualTo(among.path(name));
            }
        });
        assertThat(member.path("links").get(1).path("method").asText()).isEqualTo("DELETE");
        client.get("/v1/cluster/members/n7").isProblem(404, "no-such-member");
        client.get("/v1/cluster/members/n.1").is(400);
    }
}
