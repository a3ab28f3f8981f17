package io.weldr.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.codec.BackupCodec;
import io.weldr.codec.BackupCodec.Header;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.trust.SecretFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line, as far as it starts nothing. */
class MainTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        return Main.run(arguments, environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    @Test
    void aSwitchWithoutAValueDoesNotTakeTheCommandForOne() {
        assertThat(run(Map.of(), "--insecure", "check", "--admin-address", "0.0.0.0:1"))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(out.toString(UTF_8)).endsWith("ok" + System.lineSeparator());
        assertThat(run(Map.of(), "--insecure", "false", "check", "--admin-address", "0.0.0.0:1"))
                .isEqualTo(2);
    }

    @Test
    void aNodeThatWasTakenOutIsNotStartedAgainAndOneWithoutMemoryIs() throws IOException {
        int outOfMemory = 3; // of the virtual machine, with ExitOnOutOfMemoryError
        assertThat(Main.EXIT_REMOVED).isNotEqualTo(outOfMemory);
        assertThat(Files.readString(Path.of("../deploy/src/systemd/weldr.service"))
                        .lines())
                .contains("Restart=always", "RestartPreventExitStatus=" + Main.EXIT_REMOVED);
    }

    @Test
    void whatCheckPassesDoesNotFailAtStartForItsValue() {
        assertThat(run(Map.of(), "check", "--trusted-peers", "foo")).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "weldr: --trusted-peers: network: \"foo\" (expected: an address or a network, as in 10.0.0.0/8 or 2001:db8::/32)");
    }

    @Test
    void checkTellsWhereTheSecretIsAndNeverWhatItIs() throws IOException {
        String digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        Path data = folder.resolve("data");
        assertThat(run(Map.of(), "check", "--data-dir", data.toString())).isZero();
        assertThat(out.toString(UTF_8).lines())
                .contains("secret    " + data.resolve("secret") + ", made at the first start");
        assertThat(data).doesNotExist();
        assertThat(run(Map.of(), "check", "--data-dir", data.toString(), "--join", "wait"))
                .isZero();
        assertThat(out.toString(UTF_8).lines()).contains("secret    none");

        Path given = secret(folder.resolve("given"), digits);
        assertThat(run(Map.of("WELDR_SECRET_FILE", given.toString()), "check", "--data-dir", data.toString()))
                .isZero();
        assertThat(out.toString(UTF_8).lines()).contains("secret    " + given);
        Path own = secret(Files.createDirectory(data).resolve("secret"), digits);
        assertThat(run(Map.of(), "check", "--data-dir", data.toString())).isZero();
        assertThat(out.toString(UTF_8).lines()).contains("secret    " + own);
        assertThat(out.toString(UTF_8)).doesNotContain(digits.substring(0, 8));
        assertThat(err.toString(UTF_8)).isEmpty();

        secret(own, digits + "0");
        assertThat(run(Map.of(), "check", "--data-dir", data.toString())).isEqualTo(2);
        assertThat(run(
                        Map.of(),
                        "check",
                        "--secret-file",
                        folder.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString(UTF_8).lines())
                .hasSize(2)
                .satisfies(
                        line -> assertThat(line)
                                .startsWith("weldr: secret file \"" + own + "\": line 1: 65 hex digits (expected: 64"),
                        Index.atIndex(0))
                .satisfies(
                        line -> assertThat(line)
                                .startsWith("weldr: --secret-file: secret file \"")
                                .contains(
                                        "no such file (expected: a line of 64 hex digits; to make one: weldr secret "),
                        Index.atIndex(1));
    }

    @Test
    void aValueMayBeCalledLikeACommand() {
        assertThat(run(Map.of(), "--secret-file", "secret", "--id", "check", "--help"))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void aSecretIsMadeOnceAndNeverShown() throws IOException {
        Path file = folder.resolve("new");
        assertThat(run(Map.of(), "secret", file.toString()))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String text = Files.readString(file);
        String secret = text.lines().skip(1).findFirst().orElseThrow();
        assertThat(secret).matches("[0-9a-f]{64}");
        String told = SecretFile.read(file).toString();
        assertThat(run(Map.of(), "secret", file.toString())).isZero();
        assertThat(file).content().isEqualTo(text);
        assertThat(out.toString(UTF_8).lines())
                .containsExactly(file + ": made a " + told, file + ": unchanged, it holds a " + told);
        assertThat(run(Map.of(), "check", "--secret-file", file.toString())).isZero();
        assertThat(out.toString(UTF_8)).doesNotContain(secret.substring(0, 16));
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void noSecretIsMadeWhereThereIsSomethingElseOrNoFolder() throws IOException {
        Path file = secret(folder.resolve("something"), "0123");
        for (String bad :
                new String[] {file.toString(), folder.resolve("none/secret").toString(), folder.toString(), ""}) {
            assertThat(run(Map.of(), "secret", bad)).as(bad).isEqualTo(Main.EXIT_USAGE);
        }
        assertThat(run(Map.of(), "secret")).isEqualTo(Main.EXIT_USAGE);
        assertThat(run(Map.of(), "secret", "--insecure", file.toString())).isEqualTo(Main.EXIT_USAGE);
        assertThat(err.toString(UTF_8).lines())
                .hasSize(6)
                .allMatch(line -> line.startsWith("weldr: "))
                .satisfies(line -> assertThat(line).contains("line 1: 4 hex digits"), Index.atIndex(0))
                .satisfies(
                        line -> assertThat(line)
                                .isEqualTo("weldr: \"" + folder.resolve("none/secret")
                                        + "\" (expected: a file in a folder that exists)"),
                        Index.atIndex(1))
                .satisfies(line -> assertThat(line).contains("a folder"), Index.atIndex(2))
                .satisfies(line -> assertThat(line).contains("FILE"), Index.atIndex(4));
        assertThat(file).content().isEqualTo("0123");
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(run(Map.of(), "secret", "--help")).isZero();
        assertThat(out.toString(UTF_8)).contains("FILE").contains("secret-file");
    }

    private static Path secret(Path file, String line) throws IOException {
        Files.writeString(file, line);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void outputThatCannotBeWrittenIsNoSuccess() {
        PrintStream full = new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int octet) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                true,
                UTF_8);
        for (String argument : new String[] {"--help", "--version", "check"}) {
            int code = Main.run(new String[] {argument}, Map.of(), full, new PrintStream(err, true, UTF_8));
            assertThat(code).as(argument).isEqualTo(Main.EXIT_FAILED);
        }
        assertThat(err.toString(UTF_8).lines()).hasSize(3).allMatch(line -> line.startsWith("weldr: standard output"));
    }

    @Test
    void aMisspelledVariableIsToldAndStopsNothing() {
        assertThat(run(Map.of("WELDR_PROXY_ADRESS", "127.0.0.1:80"), "check")).isZero();
        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "weldr: WELDR_PROXY_ADRESS: no such setting, ignored (did you mean WELDR_PROXY_ADDRESS?)");
    }

    @Test
    void aBackupIsCheckedAndRestoredIntoAnEmptyFolderOnce() throws IOException {
        Header header = new Header(
                UUID.fromString("0d5bd0b6-9e8e-3d0f-9d0e-4f4f3a4f5b6c"),
                ClusterVersion.INITIAL,
                0,
                3,
                2,
                Instant.EPOCH,
                "0.1.0",
                "n2");
        byte[] bytes = BackupCodec.write(header, ClusterState.INITIAL);
        Path file = Files.write(folder.resolve("weldr.backup"), bytes);
        assertThat(run(Map.of(), "backup-info", file.toString()))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(out.toString(UTF_8).lines())
                .startsWith(
                        "backup    made 1970-01-01T00:00:00Z by node n2, weldr 0.1.0",
                        "cluster   0d5bd0b6-9e8e-3d0f-9d0e-4f4f3a4f5b6c, cluster version 0",
                        "revision  0, applied index 3, term 2",
                        "holds     1 pool, 0 origins, 1 listener, 1 route, 0 certificates, 0 sealed keys, 0 tokens, 0 changes")
                .endsWith("tokens    none", "ok");

        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(run(Map.of(), "backup-info", cut.toString())).isEqualTo(1);
        String none = folder.resolve("none").toString();
        assertThat(run(Map.of(), "backup-info", none)).isEqualTo(1);
        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "weldr: " + cut + ": the backup is truncated: " + (bytes.length - 1)
                                + " bytes (expected: at least " + bytes.length + ")",
                        "weldr: \"" + none + "\": no such file (expected: a file of weldrctl backup)");

        Path data = folder.resolve("restored");
        assertThat(run(Map.of(), "restore", file.toString(), "--data-dir", data.toString()))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(out.toString(UTF_8))
                .contains("restored: node n1 is the only member of the new cluster ")
                .contains("; revisions of new changes start at 1000000004");
        assertThat(data.resolve("secret")).as("as at a first start").exists();
        err.reset();
        assertThat(run(Map.of(), "restore", file.toString(), "--data-dir", data.toString()))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("holds a member of cluster").contains("expected: an empty folder");
        err.reset();
        assertThat(run(Map.of(), "recover", "--from-data-dir", "--dry-run", "--data-dir", data.toString()))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("nothing is lost (start this node)");
    }

    @Test
    void aRecoveryNamesItsSourceAndNeedsAFolder() {
        assertThat(run(Map.of(), "recover")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("--from-data-dir");
        err.reset();
        Path none = folder.resolve("none");
        assertThat(run(Map.of(), "recover", "--from-data-dir", "--data-dir", none.toString()))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("does not exist");
        assertThat(none).doesNotExist();
    }
}
