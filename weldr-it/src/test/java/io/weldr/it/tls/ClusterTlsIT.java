package io.weldr.it.tls;

import static io.weldr.it.tls.SecureCluster.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.TestCa;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, one certificate: given to one of them, presented by all, replaced under load, and the leader may die
 * meanwhile.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTlsIT {
    private static final TestCa CA = TestCa.root("authority");
    private static final int REPLACEMENTS = 20;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private SecureCluster cluster;
    private TestServer origin;
    private OpenSsl tools;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        tools = new OpenSsl(CA);
        origin = TestServer.start();
        cluster = SecureCluster.start(folder);
        TestNode second = cluster.nodes().get(1);
        assertThat(second.addEverywhere(origin.url()).status()).isEqualTo(201);
        await("cluster version 3").until(() -> SecureCluster.put(second, "shop", CA.issue(HOST)) / 100 == 2);
        cluster.listen(cluster.nodes().get(2), "https", ",\"tls\":{\"certificates\":[\"shop\"]}");
        SecureCluster.put(second, "routes/shop", "{\"hosts\":[\"" + HOST + "\"],\"pools\":[{\"pool\":\"default\"}]}");
    }

    @AfterAll
    void stop() throws IOException {
        cluster.close();
        origin.close();
        tools.close();
    }

    @Test
    @Order(1)
    void everyNodeAnswersOverHttp2() throws IOException {
        for (TestNode node : cluster.nodes()) {
            assertThat(tools.curl(
                            HOST,
                            cluster.port(node),
                            "--http2",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_version} %{http_code}"))
                    .as(node.id())
                    .isEqualTo("2 200");
            assertThat(Http.get(node.adminUrl() + "/readyz?verbose")
                            .json()
                            .path("tls")
                            .asText())
                    .isEqualTo("boringssl");
        }
    }

    @Test
    @Order(2)
    void aSessionOfOneNodeResumesOnEveryOther() throws IOException {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            for (TestNode taken : cluster.nodes()) {
                String session = tools.file("session");
                assertThat(tools.get(cluster.port(taken), HOST, version, "-sess_out", session))
                        .contains("New, TLSv1")
                        .contains("HTTP/1.1 200 ");
                for (TestNode other : cluster.cluster.except(taken)) {
                    assertThat(tools.get(cluster.port(other), HOST, version, "-sess_in", session))
                            .as("%s, taken on %s, at %s", version, taken.id(), other.id())
                            .contains("Reused, TLSv1")
                            .contains("HTTP/1.1 200 ");
                }
            }
        }
    }

    @Test
    @Order(3)
    void noHandshakeFailsWhileCertificatesAreReplacedAndTheLeaderDies() throws Exception {
        TestNode leader = cluster.cluster.awaitLeader();
        List<TestNode> others = cluster.cluster.except(leader);
        List<HandshakingClient> clients = new ArrayList<>();
        for (TestNode other : others) {
            clients.add(new HandshakingClient(CA, HOST, cluster.port(other), true));
            clients.add(new HandshakingClient(CA, HOST, cluster.port(other), false));
        }
        int replaced = 0;
        try {
            clients.forEach(Thread::start);
            for (int i = 0; i < REPLACEMENTS; i++) {
                if (i == REPLACEMENTS / 2) {
                    leader.kill();
                }
                TestNode through = others.get(i % 2);
                TestCa.Issued next = CA.issue(HOST);
                await("replacement " + i)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> SecureCluster.put(through, "shop", next) == 200);
                replaced++;
                LockSupport.parkNanos(PAUSE.toNanos()); // one each second is the story
            }
        } finally {
            clients.forEach(HandshakingClient::end);
        }
        for (HandshakingClient client : clients) {
            client.join();
            System.out.println(client);
            assertThat(client.failures()).isEmpty();
            assertThat(client.answered()).isGreaterThan(REPLACEMENTS);
            if (!client.resumes()) { // else the certificate is that of the first handshake
                assertThat(client.certificatesSeen()).isGreaterThan(REPLACEMENTS / 2);
            }
        }
        assertThat(replaced).isEqualTo(REPLACEMENTS);
        for (TestNode other : others) {
            assertThat(failures(other)).as("failed handshakes of " + other.id()).isEmpty();
        }
        cluster.launch(leader);
        leader.awaitReady();
        await("the node that is back presents the newest certificate")
                .untilAsserted(() -> assertThat(tools.curl(
                                HOST, cluster.port(leader), "--http2", "-o", "/dev/null", "-w", "%{http_version}"))
                        .isEqualTo("2"));
        assertThat(presented(leader)).isEqualTo(presented(others.get(0)));
    }

    /** Serial number of the certificate that a node presents. */
    private String presented(TestNode node) throws IOException {
        String said = tools.get(cluster.port(node), HOST);
        int begin = said.indexOf("-----BEGIN CERTIFICATE-----");
        return said.substring(begin, said.indexOf("-----END CERTIFICATE-----", begin));
    }

    /** Lines of the metrics that count a failed handshake, but for causes of which none has come. */
    private static List<String> failures(TestNode node) {
        return Pattern.compile("^weldr_proxy_tls_handshake_failures_total\\{.*\\} (?!0(\\.0)?$).*$", Pattern.MULTILINE)
                .matcher(Http.get(node.adminUrl() + "/metrics").body())
                .results()
                .map(match -> match.group())
                .toList();
    }
}
