package io.weldr.it.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members with certificates of an operator's own authority: the APIs take such a certificate, from weldrctl, too. */
class ClientCertificateIT {
    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** The options of a client that has a certificate of that authority. */
    private List<String> certificate(String name, TestAuthority of, String uri)
            throws IOException, GeneralSecurityException {
        TestAuthority.Issued issued = of.issue("-1d", 10, uri, "ip:127.0.0.1");
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(issued.key().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return List.of(
                write(name + ".pem", issued.pem()).toString(),
                write(name + ".key", key).toString());
    }

    @Test
    void weldrctlShowsTheCertificateOfAMember() throws Exception {
        try (TestAuthority ours = new TestAuthority("ours");
                TestAuthority theirs = new TestAuthority("theirs");
                TestCluster cluster = TestCluster.of(folder, 1)) {
            List<String> member = certificate("n1", ours, "uri:weldr://member/n1");
            List<String> stranger = certificate("theirs", theirs, "uri:weldr://member/n1");
            List<String> nobody = certificate("nobody", ours, "uri:weldr://nobody/n1");
            String ca = write("ca.pem", ours.pem()).toString();
            TestNode node = cluster.node(1);
            int status = Ports.free();
            node.launch(
                    "--peer-tls-cert",
                    member.get(0),
                    "--peer-tls-key",
                    member.get(1),
                    "--peer-tls-ca",
                    ca,
                    "--admin-address",
                    node.adminAddress().replaceFirst(".*:", "0.0.0.0:"),
                    "--grpc-address",
                    node.grpcAddress().replaceFirst(".*:", "0.0.0.0:"),
                    "--status-address",
                    "127.0.0.1:" + status);
            await("a leader")
                    .until(() ->
                            Http.get("http://127.0.0.1:" + status + "/leader").status() == 200);

            await().untilAsserted(() -> {
                Weldrctl.Result added = ctl(node, ca, member, "servers", "add", "http://127.0.0.1:9");
                assertThat(added.exit()).as("%s", added).isZero();
            });
            assertThat(ctl(node, ca, member, "history").out()).contains("node n1");
            assertThat(ctl(node, ca, List.of(), "servers", "ls").err()).contains("unauthenticated");
            for (List<String> refused : List.of(stranger, nobody)) {
                assertThat(ctl(node, ca, refused, "servers", "ls").exit()).isNotZero();
            }
        }
    }

    private static Weldrctl.Result ctl(TestNode node, String ca, List<String> certificate, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--tls", "--ca-file", ca));
        if (!certificate.isEmpty()) {
            all.addAll(List.of("--cert-file", certificate.get(0), "--key-file", certificate.get(1)));
        }
        all.addAll(List.of(arguments));
        return Weldrctl.run(node.grpcAddress(), all.toArray(new String[0]));
    }
}
