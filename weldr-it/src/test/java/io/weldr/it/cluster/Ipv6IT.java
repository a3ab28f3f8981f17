package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Host;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, their clients, their origins and their admin client, all by IPv6. */
class Ipv6IT {
    @TempDir
    private Path folder;

    @BeforeEach
    void requireIpv6() {
        assumeThat(hasIpv6()).as("this machine has the address ::1").isTrue();
    }

    private static InetAddress loopback() throws IOException {
        byte[] address = new byte[16];
        address[15] = 1;
        return InetAddress.getByAddress(address);
    }

    private static boolean hasIpv6() {
        try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aClusterFormsTakesAWriteThroughAFollowerProxiesAndGrows() throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(loopback(), 0);
        try (TestCluster cluster = TestCluster.of(folder, Collections.nCopies(3, Host.loopbackByIpv6()));
                TestNode fourth = TestCluster.newcomer(folder, "n4", Host.loopbackByIpv6());
                TestServer origin =
                        TestServer.start(TestServer.Options.defaults().address(anyPort))) {
            cluster.nodes().forEach(cluster::launch);
            TestNode leader = cluster.awaitLeader();
            TestNode follower = cluster.except(leader).get(0);

            String url = "http://[::1]:" + origin.port();
            Answer added = follower.addEverywhere(url);
            assertThat(added.status()).as("%s", added).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await("a response through " + node.id())
                        .untilAsserted(
                                () -> assertThat(Http.get(node.proxyUrl() + "/").body())
                                        .contains("Hello World"));
                assertThat(node.output()).doesNotContain("Exception");
            }

            // A member that is slow for a moment is missing, and there the next time.
            await("the members by their addresses").untilAsserted(() -> {
                JsonNode members = Http.get(follower.adminUrl() + "/v1/cluster/members")
                        .json()
                        .path("members");
                assertThat(members).hasSize(3).allSatisfy(member -> {
                    assertThat(member.path("missing").asBoolean()).isFalse();
                    assertThat(member.path("addresses"))
                            .allSatisfy(address -> assertThat(address.asText()).startsWith("[::1]:"));
                });
            });

            Result listed = Weldrctl.run(follower.grpcAddress(), "servers", "ls");
            assertThat(listed.exit()).as("%s", listed).isZero();
            assertThat(listed.out()).contains(url);

            cluster.launchToJoin(fourth, "--join", leader.adminAddress());
            fourth.awaitReady();
            await("four voters")
                    .untilAsserted(() -> assertThat(leader.voters()).containsExactly("n1", "n2", "n3", "n4"));
            assertThat(fourth.servers()).containsExactly(url + " up");

            leader.kill();
            assertThat(Weldrctl.run(follower.grpcAddress(), "servers", "rm", "[::1]:" + origin.port())
                            .exit())
                    .isZero();
            assertThat(follower.servers()).isEmpty();
        }
    }
}
