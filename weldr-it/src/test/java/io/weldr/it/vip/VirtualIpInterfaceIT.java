package io.weldr.it.vip;

import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.InsideNetwork;
import io.weldr.it.harness.Network;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three nodes whose clients are on another network than their peers: {@code client0} carries the virtual IP,
 * {@code eth0} everything else.
 */
@ExtendWith(InsideNetwork.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VirtualIpInterfaceIT {
    private static final String ADDRESS = "10.98.0.200";

    private static final String NO_CARRIER = "interface client0 has no carrier";

    /** What three nodes on one machine may add to the time that is promised. */
    private static final Duration BUSY = Duration.ofSeconds(1);

    @Test
    void theAddressGoesToAMemberThatClientsReach() throws IOException {
        Network network = Network.here();
        for (int number = 1; number <= network.hosts().size(); number++) {
            // Both ends on one host: a cable that leads nowhere has a carrier, too.
            network.ip(number, "link", "add", "client0", "type", "veth", "peer", "name", "cable0");
            network.ip(number, "link", "set", "client0", "up");
            plug(number);
        }
        try (TestCluster cluster = TestCluster.of(
                Network.newFolder("interface"), network.hosts(), "--vip-addresses", ADDRESS + "/32@client0")) {
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            await("a holder").until(() -> holders(cluster).size() == 1);
            await("all of them to know that their interfaces are well")
                    .until(() -> cluster.nodes().stream()
                            .allMatch(node -> trouble(node).isEmpty()));

            TestNode cutOff = holders(cluster).get(0);
            long pulled = System.nanoTime();
            pull(cluster.number(cutOff));
            await("another holder")
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            holders(cluster).size() == 1 && !holders(cluster).contains(cutOff));
            promised(
                    "no carrier on the holder's interface",
                    Duration.ofNanos(System.nanoTime() - pulled),
                    Duration.ofSeconds(5).plus(BUSY));
            assertThat(cutOff.isAlive()).isTrue();
            await("the node to say what is wrong").until(() -> trouble(cutOff).contains(NO_CARRIER));
            String metrics = Http.get(cutOff.adminUrl() + "/metrics").body();
            assertThat(metrics).contains("\nweldr_virtual_ip_interface_up 0");
            if (metrics.contains("\nweldr_virtual_ip_leadership_given_way_total 0")) {
                System.out.println("leadership moved by itself before it was handed over");
            } else {
                assertThat(cutOff.output()).contains(NO_CARRIER + ": handing leadership to ");
            }

            // Nobody is better: it stays where it is, and that is said.
            cluster.nodes().stream().filter(node -> node != cutOff).forEach(node -> pull(cluster.number(node)));
            await("the holder to say that nobody is better")
                    .until(() -> holders(cluster).stream()
                            .anyMatch(node -> trouble(node)
                                    .contains(NO_CARRIER
                                            + "; no other member can hold the address, so it stays on this node")));

            plug(cluster.number(cutOff));
            await("the address at the node whose cable is back")
                    .until(() -> holders(cluster).equals(List.of(cutOff)));
            await("no trouble").until(() -> trouble(cutOff).isEmpty());
        }
    }

    private static void pull(int number) {
        Network.here().ip(number, "link", "set", "cable0", "down");
    }

    private static void plug(int number) {
        Network.here().ip(number, "link", "set", "cable0", "up");
    }

    private static List<TestNode> holders(TestCluster cluster) {
        return cluster.nodes().stream()
                .filter(node -> !Network.here()
                        .ip(cluster.number(node), "-oneline", "address", "show", "to", ADDRESS)
                        .isEmpty())
                .toList();
    }

    private static String trouble(TestNode node) {
        return Http.get(node.adminUrl() + "/readyz?verbose")
                .json()
                .path("trouble")
                .asText("");
    }
}
