package io.weldr.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.AdminServer;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.core.state.Change;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl tokens} and {@code history}, and what a command shows of who calls, against real nodes. */
class TokensIT extends CommandsOnCluster {
    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text, US_ASCII);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aTokenIsPrintedOnceAndThenListedUntilItIsRemoved() {
        Run made = run("tokens", "create", "ci", "--role", "operator", "--pool", "web,api", "--lifetime", "720h")
                .done();
        assertThat(made.out()).matches("weldr_[0-9A-Za-z]{49}\n");
        run("tokens", "create", "ci", "--role", "admin").failed(ExitCode.CONFLICT, "already-exists");
        run("tokens", "create", "x", "--role", "root").failed(ExitCode.USAGE, "viewer, operator or admin");
        run("tokens", "create", "x").failed(ExitCode.USAGE, "--role");
        assertThat(run("tokens", "ls").done().out().lines().toList())
                .hasSize(2)
                .element(1)
                .asString()
                .startsWith("ci    operator  api,web  20");
        assertThat(run("tokens", "get", "ci").done().out())
                .contains("role: operator")
                .doesNotContain("weldr_");
        JsonNode second = run("tokens", "create", "all", "--role", "viewer", "-o", "json")
                .done()
                .json();
        assertThat(second.path("token").asText()).startsWith("weldr_");
        assertThat(run("tokens", "ls", "-o", "json").done().out()).doesNotContain("weldr_");
        assertThat(run("tokens", "rm", "ci").done().out()).startsWith("removed token ci at revision ");
        run("tokens", "rm", "ci").failed(ExitCode.NOT_FOUND, "no-such-token");
    }

    @Test
    void aTokenFromAFileIsShownAndTheHistorySaysWhoAndWhy() throws IOException {
        Path token = file(
                "token",
                run("tokens", "create", "ci", "--role", "operator").done().out());
        try (AdminServer guarded = cluster.node(1).another(new ApiAccess(false, true, Set.of(), null, AuditLog.NONE))) {
            guarded.start();
            String endpoint = "127.0.0.1:" + guarded.grpcAddress().getPort();
            Run.of("-e", endpoint, "servers", "ls").failed(ExitCode.REFUSED, "unauthenticated");
            Run.of("-e", endpoint, "--token-file", token.toString(), "servers", "ls")
                    .done();
            Run.of(
                            "-e",
                            endpoint,
                            "--token-file",
                            token.toString(),
                            "--reason",
                            "Störung 7",
                            "servers",
                            "add",
                            "http://127.0.0.1:9001")
                    .done();
            Run.of("-e", endpoint, "--token-file", token.toString(), "pools", "add", "web")
                    .failed(ExitCode.REFUSED, "forbidden");
            Run.of("-e", endpoint, "--token-file", "none", "servers", "ls").failed(ExitCode.USAGE, "no such file");
            Path empty = file("empty", "secret?\n");
            Run wrong = Run.of("-e", endpoint, "--token-file", empty.toString(), "servers", "ls")
                    .failed(ExitCode.USAGE, "holds no token");
            assertThat(wrong.err()).doesNotContain("secret?");
        }
        List<Change> changes = cluster.state().history();
        assertThat(String.valueOf(changes.get(changes.size() - 1).by())).contains("token ci", "Störung 7");
        String history = run("history", "--limit", "2").done().out();
        assertThat(history)
                .contains("token ci")
                .contains("(Störung 7)")
                .contains("older ones: weldrctl history --before ");
        JsonNode page = run("history", "--kind", "origin", "-o", "json").done().json();
        assertThat(page.path("changes").get(0).path("actor").path("name").asText())
                .isEqualTo("ci");
        assertThat(page.path("changes").get(0).path("reason").asText()).isEqualTo("Störung 7");
        run("history", "--by", "me").failed(ExitCode.USAGE, "operator, cluster");
        run("--reason", "x".repeat(257), "servers", "ls").failed(ExitCode.USAGE, "--reason");
    }

    @Test
    void aClientCertificateIsOneAndHasItsKey() throws IOException {
        Path secret = file("secret", "00".repeat(31) + "01\n");
        TestCa authority = TestCa.root("operators");
        TestCa.Issued one = authority.client("CN=n1");
        String cert = file("one.pem", one.pem()).toString();
        String key = file("one.key", one.keyPem()).toString();
        String other = file("other.key", authority.client("CN=n2").keyPem()).toString();
        Run.of("--cert-file", cert, "servers", "ls").failed(ExitCode.USAGE, "--cert-file without --key-file");
        Run.of("--key-file", key, "servers", "ls").failed(ExitCode.USAGE, "--key-file without --cert-file");
        Run.of("--cert-file", cert, "--key-file", key, "--secret-file", secret.toString(), "servers", "ls")
                .failed(ExitCode.USAGE, "one of them");
        String[] beyond = {"-e", "192.0.2.1:1", "--timeout", "1s", "servers", "ls"};
        Run.of(with(beyond, "--cert-file", cert, "--key-file", other)).failed(ExitCode.USAGE, "another key");
        Run.of(with(beyond, "--cert-file", cert, "--key-file", cert)).failed(ExitCode.USAGE, "holds no private key");
        Run.of(with(beyond, "--cert-file", key, "--key-file", key)).failed(ExitCode.USAGE, "one.key");
        Run.of(with(beyond, "--cert-file", cert, "--key-file", "none")).failed(ExitCode.USAGE, "no such file");
    }

    private static String[] with(String[] command, String... options) {
        return Stream.concat(Stream.of(options), Stream.of(command)).toArray(String[]::new);
    }

    @Test
    void theAuthorityOfASecretIsPrintedWithoutANode() throws IOException {
        Path secret = file("secret", "00".repeat(31) + "01\n");
        Run printed = Run.of("secret", "ca", "--secret-file", secret.toString()).done();
        assertThat(printed.out()).startsWith("-----BEGIN CERTIFICATE-----\n").doesNotContain("0000000000000001");
        Run.of("secret", "ca").failed(ExitCode.USAGE, "--secret-file");
        Run.of("secret", "ca", "--secret-file", "none").failed(ExitCode.USAGE, "no such file");
    }
}
