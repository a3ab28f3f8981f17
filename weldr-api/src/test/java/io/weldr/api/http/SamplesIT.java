package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one node tells of another one for the dashboard: its samples, its virtual IPs, what it said of an origin. */
class SamplesIT {
    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(2);
        client = new Client(cluster.node(2));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void eachMemberTellsItsSamplesAndOneThatIsAwayIsNamed() {
        await("a first sample of both").untilAsserted(() -> {
            JsonNode members = client.get("/v1/samples").is(200).json().path("members");
            assertThat(members).hasSize(2);
            for (JsonNode member : members) {
                assertThat(member.path("at").asLong()).isPositive();
                assertThat(member.path("pools")).isEmpty(); // these nodes measure no origins
                assertThat(member.path("series").path("at")).isNotEmpty();
            }
        });
        cluster.node(1).stop();
        JsonNode away = client.get("/v1/samples").is(200).json().path("members").get(0);
        assertThat(away.path("member").asText()).isEqualTo("n1");
        assertThat(away.path("missing").asText()).isNotEmpty();
        assertThat(away.has("series")).isFalse();
    }

    private JsonNode member(int number) {
        return client.get("/cluster").is(200).json().path("members").get(number - 1);
    }

    @Test
    void theVirtualIpsOfAnotherMemberAreToldWithTheTimeTheyLast() {
        cluster.node(1)
                .virtualIp(new VirtualIpStatus(
                        List.of("10.0.0.9/24"), true, Duration.ofSeconds(2), Duration.ofMillis(1500)));
        await("its answer").until(() -> !member(1).path("missing").asBoolean());
        JsonNode members = client.get("/cluster").is(200).json().path("members");
        JsonNode held = members.get(0).path("virtualIp");
        assertThat(held.path("addresses").get(0).asText()).isEqualTo("10.0.0.9/24");
        assertThat(held.path("active").asBoolean()).isTrue();
        assertThat(held.path("lifetimeSeconds").asDouble()).isEqualTo(2);
        assertThat(held.path("leftSeconds").asDouble()).isEqualTo(1.5);
        assertThat(members.get(1).has("virtualIp")).isFalse();
        assertThat(members.get(0).path("stop").path("safe").asBoolean()).isFalse(); // of two voters, two are needed
    }

    @Test
    void aProbeOfTheLeaderTellsWhatTheOthersSaid() {
        TreeMap<MemberId, Opinion> opinions = new TreeMap<>();
        opinions.put(new MemberId("n2"), new Opinion(new ProbeResult(false, "connect refused"), true));
        Instant at = Instant.parse("2026-01-31T12:00:00Z");
        cluster.node(1)
                .probed(new LastProbe(
                        PoolName.DEFAULT,
                        new OriginId("web-1"),
                        at,
                        false,
                        "status 503",
                        Duration.ofMillis(3),
                        new LastProbe.Asked(at, new SecondOpinion(opinions, List.of(new MemberId("n3"))))));
        await("the answer of the leader")
                .until(() -> !client.get("/v1/pools/default/probes").json().has("missing"));
        JsonNode probe = client.get("/v1/pools/default/probes")
                .is(200)
                .json()
                .path("probes")
                .get(0);
        assertThat(probe.path("askedAt").asText()).isEqualTo("2026-01-31T12:00:00Z");
        assertThat(probe.path("silent").get(0).asText()).isEqualTo("n3");
        JsonNode opinion = probe.path("opinions").get(0);
        assertThat(opinion.path("member").asText()).isEqualTo("n2");
        assertThat(opinion.path("passed").asBoolean()).isFalse();
        assertThat(opinion.path("answer").asText()).isEqualTo("connect refused");
        assertThat(opinion.path("counts").asBoolean()).isTrue();
    }
}
