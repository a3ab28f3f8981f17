package io.weldr.it.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beyond loopback the dashboard asks for a token, and shows what its role may do. */
class SignInIT {
    private static final String SECRET = "c3".repeat(32);

    @TempDir
    Path folder;

    private static String port(String address) {
        return address.replaceFirst(".*:", "");
    }

    private Path secret() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), SECRET);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String ctl(TestNode node, Path secret, String... command) {
        List<String> all = new ArrayList<>(List.of("--tls", "--secret-file", secret.toString()));
        all.addAll(List.of(command));
        List<Weldrctl.Result> results = new ArrayList<>();
        await(String.join(" ", command)).untilAsserted(() -> {
            Weldrctl.Result result = Weldrctl.run(node.grpcAddress(), all.toArray(new String[0]));
            results.add(result);
            assertThat(result.exit()).as("%s", results).isZero();
        });
        return results.get(results.size() - 1).out().strip();
    }

    @Test
    void aTokenLetsSomebodyInUntilItIsRemoved() throws Exception {
        Path secret = secret();
        try (Browser browser = new Browser();
                TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            node.launch(
                    "--secret-file",
                    secret.toString(),
                    "--admin-address",
                    "0.0.0.0:" + port(node.adminAddress()),
                    "--grpc-address",
                    "0.0.0.0:" + port(node.grpcAddress()));
            String viewer = ctl(node, secret, "tokens", "create", "viewer", "--role", "viewer");
            String operator = ctl(node, secret, "tokens", "create", "operator", "--role", "operator");
            ctl(node, secret, "servers", "add", "http://127.0.0.1:9");

            browser.open("https://127.0.0.1:" + port(node.adminAddress()) + "/ui/");
            browser.awaitText(".signin", "Token", "Sign in");
            assertThat(browser.accessibilityViolations()).isEmpty();
            browser.type(".signin input", "weldr_" + "0".repeat(49));
            browser.click(".signin button");
            browser.awaitText("[role='alert']", "not valid");

            browser.type(".signin input", viewer);
            browser.click(".signin button");
            browser.awaitText(".who", "token viewer, viewer");
            browser.awaitText("tr[data-row='127.0.0.1:9']", "up");
            assertThat(browser.count("[data-action]")).isZero();
            assertThat(browser.hasGuardedSession()).isTrue();
            assertThat(String.valueOf(
                            browser.run("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")))
                    .doesNotContain("weldr_");
            browser.click(".me button");
            browser.awaitText(".signin", "Sign in");

            browser.type(".signin input", operator);
            browser.click(".signin button");
            browser.click("tr[data-row='127.0.0.1:9'] [data-action='maintenance']");
            browser.click("dialog button.main");
            browser.awaitText("tr[data-row='127.0.0.1:9']", "maintenance");
            assertThat(browser.count("[data-action='transfer']")).isZero();

            ctl(node, secret, "tokens", "rm", "operator");
            browser.awaitText(".signin", "Sign in"); // and nothing of the cluster is left on the screen
            assertThat(browser.count("[data-row]")).isZero();
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
