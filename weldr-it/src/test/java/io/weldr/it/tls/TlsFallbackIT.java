package io.weldr.it.tls;

import static io.weldr.it.tls.SecureCluster.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that BoringSSL does not run on: the JDK speaks TLS, and operators can see it. */
class TlsFallbackIT {
    private static final TestCa CA = TestCa.root("authority");

    @TempDir
    private Path folder;

    @Test
    void theFallbackServesAndIsTold() throws Exception {
        try (TestCluster cluster = TestCluster.of(folder, 1);
                TestServer origin = TestServer.start();
                OpenSsl tools = new OpenSsl(CA)) {
            TestNode node = cluster.node(1);
            node.environment(Map.of("JAVA_TOOL_OPTIONS", "-Dio.netty.handler.ssl.noOpenSsl=true"));
            cluster.launch(node);
            cluster.awaitLeader();
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            assertThat(library(node)).as("nothing speaks TLS yet").isEmpty();
            await("cluster version 3").until(() -> SecureCluster.put(node, "shop", CA.issue(HOST)) / 100 == 2);
            int port = Ports.free();
            SecureCluster.put(
                    node,
                    "listeners/web",
                    "{\"protocol\":\"https\",\"address\":\"127.0.0.1:" + port
                            + "\",\"tls\":{\"certificates\":[\"shop\"]}}");
            SecureCluster.put(node, "routes/shop", "{\"hosts\":[\"" + HOST + "\"],\"pools\":[{\"pool\":\"default\"}]}");
            await("the listener").until(() -> node.listensAt().contains(port));
            String format = "%{http_version} %{http_code}";
            assertThat(tools.curl(HOST, port, "--http2", "-o", "/dev/null", "-w", format))
                    .isEqualTo("2 200");
            assertThat(library(node)).isEqualTo("jdk");
            assertThat(node.output()).contains("TLS: BoringSSL does not run here, the JDK speaks TLS in its place.");
        }
    }

    private static String library(TestNode node) {
        return Http.get(node.adminUrl() + "/readyz?verbose").json().path("tls").asText();
    }
}
