package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Ports;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An origin whose name moves to another server, or has an address at which nobody listens. */
@EnabledOnOs(OS.LINUX) // all of 127.0.0.0/8 is this machine
class NamesIT {
    private static final String NAME = "moving.example";

    private final int port = Ports.free();

    @TempDir
    private Path folder;

    private TestServer serverAt(int number) throws UnknownHostException {
        InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) number});
        return TestServer.start(TestServer.Options.defaults().address(new InetSocketAddress(address, port)));
    }

    @Test
    void trafficAndProbesFollowANameThatMovesWhileBothServersStand() throws IOException {
        Path hosts = folder.resolve("hosts"); // the JDK reads it at each lookup, in place of a name server
        Files.write(hosts, List.of("127.0.0.1 localhost", "127.0.0.1 " + NAME));
        try (TestCluster cluster = TestCluster.of(folder, 1);
                TestServer old = serverAt(1);
                TestServer moved = serverAt(2)) {
            TestNode node = cluster.node(1);
            node.environment(Map.of("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts));
            cluster.start(node);
            cluster.awaitLeader();
            FailureIT.setQuickProbes(node);
            assertThat(node.add("http://" + NAME + ":" + port).status()).isEqualTo(201);
            await().until(() -> requestsReach(node, old) && old.received().probes() > 0);

            Files.write(hosts, List.of("127.0.0.1 localhost", "127.0.0.2 " + NAME));
            await("both to move")
                    .until(() -> requestsReach(node, moved) && moved.received().probes() > 0);
            long probes = old.received().probes();
            long requests = old.received().requests();
            await("more of both").until(() -> {
                assertThat(requestsReach(node, moved)).isTrue();
                return moved.received().probes() > 3;
            });
            assertThat(old.received().probes()).isEqualTo(probes);
            assertThat(old.received().requests()).isEqualTo(requests);
        }
    }

    @Test
    void anAddressAtWhichNobodyListensTakesNeitherTheOriginNorARequestDown() throws IOException {
        Path hosts = folder.resolve("hosts");
        Files.write(hosts, List.of("127.0.0.1 localhost", "127.0.0.3 " + NAME, "127.0.0.1 " + NAME));
        try (TestCluster cluster = TestCluster.of(folder, 1);
                TestServer origin = serverAt(1)) {
            TestNode node = cluster.node(1);
            node.environment(Map.of("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts));
            cluster.start(node);
            cluster.awaitLeader();
            FailureIT.setQuickProbes(node);
            String url = "http://" + NAME + ":" + port;
            assertThat(node.add(url).status()).isEqualTo(201);
            await("the first verdict").until(() -> node.localServers().contains(url + " up"));
            long probes = origin.received().probes();
            await("four more probes")
                    .failFast(() -> assertThat(node.localServers()).contains(url + " up"))
                    .until(() -> origin.received().probes() >= probes + 4);
            for (int i = 0; i < 20; i++) {
                assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
            }
            assertThat(node.localServers()).containsExactly(url + " up");
        }
    }

    private static boolean requestsReach(TestNode node, TestServer server) {
        long before = server.received().requests() - server.received().probes();
        boolean answered = Http.get(node.proxyUrl() + "/").status() == 200;
        return answered && server.received().requests() - server.received().probes() > before;
    }
}
