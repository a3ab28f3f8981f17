package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.testkit.TestNode;
import io.weldr.core.port.GatewayException;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl backup}: a whole file or none. */
class BackupCommandIT extends CommandsOnCluster {
    @TempDir
    private Path folder;

    @BeforeEach
    void anOrigin() {
        run("servers", "add", "http://127.0.0.1:81").done();
    }

    private byte[] expected() {
        return TestNode.backupBytes(cluster.state().revision());
    }

    @Test
    void theFileIsWrittenAsAWholeForTheUserAlone() throws Exception {
        Path file = folder.resolve("cluster.backup");
        Run made = run("backup", file.toString()).done();
        assertThat(made.out().lines().toList()).satisfies(lines -> {
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0))
                    .startsWith("revision " + cluster.state().revision() + " of cluster " + TestNode.CLUSTER_ID)
                    .contains(", applied index " + cluster.index() + ", from node n");
            assertThat(lines.get(1)).startsWith("1 pool, 1 origin, 1 listener, 1 route, 0 certificates, 0 tokens, ");
            assertThat(lines.get(2)).isEqualTo("wrote " + file + ", " + TestNode.BACKUP_BYTES + " bytes");
        });
        assertThat(Files.readAllBytes(file)).isEqualTo(expected());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("cluster.backup.part")).doesNotExist();
    }

    @Test
    void aFileIsReplacedByForceAlone() throws Exception {
        Path file = Files.writeString(folder.resolve("old"), "old");
        run("backup", file.toString()).failed(ExitCode.USAGE, "it exists already");
        assertThat(file).hasContent("old");
        Files.writeString(folder.resolve("old.part"), "of a command that was interrupted");
        JsonNode json =
                run("backup", file.toString(), "--force", "-o", "json").done().json();
        assertThat(json.path("revision").asLong()).isEqualTo(cluster.state().revision());
        assertThat(json.path("bytes").asInt()).isEqualTo(TestNode.BACKUP_BYTES);
        assertThat(json.path("stale").asBoolean()).isFalse();
        assertThat(Files.readAllBytes(file)).isEqualTo(expected());
        run("backup", folder.resolve("no/such").toString()).failed(ExitCode.USAGE, "a folder that exists");
        run("backup", folder.toString(), "--force").failed(ExitCode.USAGE, "expected: a file in a folder");
    }

    @Test
    void aDashIsStandardOutputAndNothingElseIsPrinted() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        int code = Weldrctl.run(
                out, new PrintWriter(err, true), "--endpoint", cluster.node(1).endpoint(), "backup", "-");
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toByteArray()).isEqualTo(expected());
    }

    @Test
    void withoutALeaderOnlyAStaleOneIsMade() {
        cluster.fail(GatewayException.Kind.NO_LEADER);
        Path file = folder.resolve("stale");
        run("--timeout", "1s", "backup", file.toString()).failed(ExitCode.UNREACHABLE, "");
        assertThat(file).doesNotExist();
        assertThat(run("backup", file.toString(), "--stale").done().out()).contains("may be stale: ");
        assertThat(file).exists();
    }

    @Test
    void whatANodeSendsIsChecked() {
        cluster.nodes().forEach(node -> node.damageBackups(true));
        Path file = folder.resolve("damaged");
        run("backup", file.toString()).failed(ExitCode.REFUSED, "the node sent no whole backup: another SHA-256");
        assertThat(folder).isEmptyDirectory();
    }
}
