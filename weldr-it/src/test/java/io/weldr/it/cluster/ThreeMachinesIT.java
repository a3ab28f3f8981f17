package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.InsideNetwork;
import io.weldr.it.harness.Machine;
import io.weldr.it.harness.Network;
import io.weldr.it.harness.Run;
import io.weldr.testing.Patience;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three machines, each with an address of its own, set up by the lines of the README: a secret, a copy of it, and three
 * commands.
 */
@ExtendWith(InsideNetwork.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeMachinesIT {
    @Test
    void aSecretAndThreeCommandsMakeAClusterThatStrangersCannotReach() throws IOException {
        Network network = Network.here();
        Path root = Network.newFolder("machines");
        Path secret = Files.writeString(root.resolve("secret"), Run.program("openssl", "rand", "-hex", "32"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        List<Machine> machines = new ArrayList<>();
        try (TestServer origin = TestServer.start(
                TestServer.Options.defaults().address(new InetSocketAddress(network.clientAddress(), 0)))) {
            String peers = "n1=10.99.0.1:9687,n2=10.99.0.2:9687,n3=10.99.0.3:9687";
            for (int number = 1; number <= 3; number++) {
                Path folder = Files.createDirectories(root.resolve("n" + number));
                Run.program("cp", "-p", secret.toString(), folder.toString());
                machines.add(Machine.start(
                        network.host(number),
                        folder,
                        "--id",
                        "n" + number,
                        "--secret-file",
                        "secret",
                        "--raft-address",
                        "10.99.0." + number + ":9687",
                        "--peers",
                        peers));
            }
            awaitReady(machines);
            Machine first = machines.get(0);
            await("a change")
                    .until(() -> List.of(200, 201)
                            .contains(first.status("/servers", "-d", "{\"url\":\"" + origin.url() + "\"}")));
            for (Machine machine : machines) {
                await("traffic through " + machine.host().address())
                        .until(() -> Http.get("http://" + machine.host().address() + ":8080/")
                                        .status()
                                == 200);
                assertThat(machine.output()).doesNotContain("insecure");
                assertThatStrangersGetNothing(machine);
            }

            Machine leader = machines.stream()
                    .filter(machine -> machine.status("/leader") == 200)
                    .findFirst()
                    .orElse(first);
            leader.kill();
            List<Machine> left =
                    machines.stream().filter(machine -> machine != leader).toList();
            await("a change after the loss of the leader")
                    .until(() -> List.of(200, 201)
                            .contains(left.get(1).status("/servers", "-d", "{\"url\":\"http://10.99.0.100:9\"}")));
            await("the same on the other one")
                    .until(() -> left.get(0).get("/servers").contains("http://10.99.0.100:9"));
        } finally {
            machines.forEach(Machine::close);
        }
    }

    @Test
    void withoutASecretTheNodeSaysHowToMakeOne() throws IOException {
        Network network = Network.here();
        try (Machine machine = Machine.start(
                network.host(1), Network.newFolder("machines"), "--id", "n1", "--raft-address", "10.99.0.1:9687")) {
            assertThat(machine.awaitExit()).isEqualTo(2);
            assertThat(machine.output())
                    .contains("--raft-address: \"10.99.0.1:9687\"")
                    .contains("openssl rand -hex 32");
        }
    }

    private static void awaitReady(List<Machine> machines) {
        for (Machine machine : machines) {
            await("readiness of " + machine.host().address())
                    .failFast(() -> assertThat(machines)
                            .allSatisfy(one ->
                                    assertThat(one.isAlive()).as(one::output).isTrue()))
                    .until(() -> machine.status("/readyz") == 200);
        }
    }

    /** From the host of the client: the APIs are closed, and the Raft port wants a certificate. */
    private static void assertThatStrangersGetNothing(Machine machine) {
        String address = machine.host().address();
        for (int port : new int[] {8687, 8787}) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), Patience.PATIENCE_MILLIS);
                throw new AssertionError("port " + port + " of " + address + " is open");
            } catch (ConnectException e) {
                assertThat(e).hasMessageContaining("refused");
            } catch (IOException e) {
                throw new AssertionError("port " + port + " of " + address, e);
            }
        }
        String said = Run.program(
                "sh",
                "-c",
                "printf 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n' | openssl s_client -ign_eof -alpn h2 -connect "
                        + address + ":9687 2>&1 || true");
        // RFC 8446 section 4.4.2.4 has one alert for this, and servers send the other one, too.
        assertThat(said).contains("TLSv1.3").containsPattern("alert (certificate required|bad certificate)");
    }
}
