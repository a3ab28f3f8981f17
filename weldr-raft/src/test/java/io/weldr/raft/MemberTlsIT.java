package io.weldr.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberTlsIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    private static TestAuthority authority;

    @BeforeAll
    static void makeAuthority() throws IOException {
        authority = new TestAuthority("members");
    }

    @AfterAll
    static void removeAuthority() throws IOException {
        authority.close();
    }

    @Test
    void membersWithCertificatesFormAClusterAndWriteAndElect(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            for (MemberId id : cluster.peers.keySet()) {
                cluster.tls.put(id, TestTls.of(authority, id, false));
            }
            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitFormed();
            TestCluster.addOrigin(cluster.node(cluster.follower()), 1);

            cluster.kill(cluster.awaitLeader());

            MemberId next = cluster.awaitLeader();
            TestCluster.addOrigin(cluster.node(next), 2);
            assertThat(TestCluster.ports(cluster.node(next))).containsExactly(1, 2);
        }
    }

    @Test
    void aNodeWithoutTlsIsNoMemberAndDisturbsNobody(@TempDir Path root) throws Exception {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            cluster.tls.put(N1, TestTls.of(authority, N1, false));
            cluster.tls.put(N2, TestTls.of(authority, N2, false));
            cluster.peers.keySet().forEach(cluster::start);

            // With the certificates alone it would be a cluster of three.
            await().untilAsserted(() -> assertThat(
                            String.valueOf(cluster.node(N1).status().trouble()))
                    .contains("an answer from [n3]"));
            await().untilAsserted(() -> assertThat(
                            String.valueOf(cluster.node(N3).status().trouble()))
                    .contains("an answer from [n1, n2]"));
            cluster.stop(N3);
            cluster.tls.put(N3, TestTls.of(authority, N3, false));
            cluster.start(N3);
            cluster.awaitFormed();
        }
    }

    /** First all accept both, then TLS alone. */
    @Test
    void aClusterMovesToTlsMemberByMember(@TempDir Path root) throws Exception {
        Map<MemberId, TestTls> both = new HashMap<>();
        Map<MemberId, TestTls> only = new HashMap<>();
        for (MemberId id : new MemberId[] {N1, N2, N3}) {
            both.put(id, TestTls.of(authority, id, true));
            only.put(id, TestTls.of(authority, id, false));
        }
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            int written = 0;
            for (Map<MemberId, TestTls> step : List.of(both, only)) {
                for (MemberId id : cluster.peers.keySet()) {
                    cluster.stop(id);
                    cluster.tls.put(id, requireNonNull(step.get(id)));
                    cluster.start(id);
                    TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), ++written);
                    int expected = written;
                    await().untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(
                                    node -> assertThat(TestCluster.ports(node)).hasSize(expected)));
                }
            }

            for (MemberId id : cluster.peers.keySet()) {
                assertThat(isClosedToPlain(cluster.address(id))).as("%s", id).isTrue();
            }
        }
    }

    /** A server of HTTP/2 would answer with its settings. */
    private static boolean isClosedToPlain(HostPort address) throws IOException {
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout((int) TestCluster.PATIENCE.toMillis());
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            int first = in.read();
            return first < 0 || first == 0x15; // nothing, or an alert of TLS
        }
    }
}
