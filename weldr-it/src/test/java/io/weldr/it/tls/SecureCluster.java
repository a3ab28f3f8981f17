package io.weldr.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Three nodes with one secret. They share a machine, so that each has a listener of its own: of the ports of the
 * cluster's listeners, a node allows one. Confined to the test's thread.
 */
final class SecureCluster implements AutoCloseable {
    static final String HOST = "shop.example.com";

    final TestCluster cluster;
    private final List<Integer> ports = Stream.generate(Ports::free).limit(3).toList();

    private SecureCluster(TestCluster cluster) {
        this.cluster = cluster;
    }

    /** Starts the nodes, and waits until they have a leader. */
    static SecureCluster start(Path folder) throws IOException {
        Path secret = Files.createFile(
                folder.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "5ec2e7".repeat(11).substring(0, 64));
        SecureCluster started = new SecureCluster(TestCluster.of(folder, 3, "--secret-file", secret.toString()));
        started.nodes().forEach(started::launch);
        started.cluster.awaitLeader();
        return started;
    }

    List<TestNode> nodes() {
        return cluster.nodes();
    }

    /** Starts the process of a node; does not wait. */
    void launch(TestNode node) {
        cluster.launchWith(node, "--listener-allow", String.valueOf(port(node)));
    }

    /** Where the listener of that node is, on 127.0.0.1. */
    int port(TestNode node) {
        return ports.get(cluster.number(node) - 1);
    }

    /**
     * Adds a listener for each node, of that protocol, and waits until each is bound.
     *
     * @param more further members of the listener, in JSON, each behind a comma
     */
    void listen(TestNode through, String protocol, String more) {
        for (TestNode node : nodes()) {
            String name = "at-" + node.id();
            put(
                    through,
                    "listeners/" + name,
                    "{\"protocol\":\"" + protocol + "\",\"address\":\"127.0.0.1:" + port(node) + "\"" + more + "}");
        }
        for (TestNode node : nodes()) {
            await("the listener of " + node.id()).until(() -> node.listensAt().contains(port(node)));
        }
    }

    /** Adds or replaces a certificate through that node. Says what it has answered; 0: nothing. */
    static int put(TestNode through, String name, TestCa.Issued issued) {
        String body = "{\"chain\":\"" + issued.pem() + "\",\"privateKey\":\"" + issued.keyPem() + "\"}";
        return Http.put(
                        through.adminUrl() + "/v1/certificates/" + name,
                        body.replace("\r", "").replace("\n", "\\n"))
                .status();
    }

    /** Creates or replaces a resource, and waits until each member goes by it. */
    static void put(TestNode through, String path, String body) {
        await(path).untilAsserted(() -> {
            Http.Answer answer = Http.put(through.adminUrl() + "/v1/" + path + "?wait=applied", body);
            assertThat(answer.status()).as("%s", answer).isIn(200, 201);
        });
    }

    @Override
    public void close() {
        cluster.close();
    }
}
