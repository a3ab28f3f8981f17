package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
    /** The number of a user that is not root. */
    private static final int SOMEBODY = 65532;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameOfTheFile() {
        file = folder.resolve("secret");
    }

    @Test
    void oneLineIsTheSecretAndASecondOneThePreviousSecret() throws IOException {
        assertThat(SecretFile.read(Secrets.file(file, Secrets.UP)).sameAs(Secrets.of(Secrets.UP)))
                .isTrue();
        Secrets.file(file, Secrets.UP, Secrets.DOWN);
        assertThat(SecretFile.read(file).sameAs(Secrets.of(Secrets.UP, Secrets.DOWN)))
                .isTrue();
    }

    @Test
    void emptyLinesAndCommentsDoNotCount() throws IOException {
        Secrets.file(file, "# new", "", Secrets.UP.toUpperCase(Locale.ROOT), "   ", "#", Secrets.DOWN, "", "# end");
        assertThat(SecretFile.read(file).sameAs(Secrets.of(Secrets.UP, Secrets.DOWN)))
                .isTrue();
        Secrets.mode(Files.writeString(file, Secrets.UP), "r--------");
        assertThat(SecretFile.read(file).sameAs(Secrets.of(Secrets.UP)))
                .as("without a newline at its end, and read-only")
                .isTrue();
        Files.delete(file);
        Secrets.mode(Files.writeString(file, Secrets.UP + "\r\n" + Secrets.DOWN + "\r\n"), "rw-------");
        assertThat(SecretFile.read(file).fingerprints())
                .as("written by Windows")
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UP0               | line 1: 65 hex digits (expected: 64 hex digits; to make one: weldr secret ",
                "0a1b2c3d4e        | line 1: 10 hex digits (expected: 64 hex digits",
                "'UP '             | line 1: character 65 of 65 is no hex digit (expected: 64 hex digits",
                "xUP               | line 1: character 1 of 65 is no hex digit",
                "secret: UP        | line 1: character 1 of 72 is no hex digit",
                "UP,# old,DOWN,UP  | line 4: a third secret (expected: the current one, then maybe the previous one)",
                "UP,UP             | line 2: the secret of the line before (expected: another one, or one line)",
                "UP,DOWx           | line 2: character 2 of 4 is no hex digit",
                "# nothing         | it holds no secret (expected: a line of 64 hex digits",
                "''                | it holds no secret",
            })
    void anythingElseIsRefusedWithItsLineAndWithoutItsContent(String lines, String message) throws IOException {
        String[] text =
                lines.replace("UP", Secrets.UP).replace("DOWN", Secrets.DOWN).split(",", -1);
        Secrets.file(file, text);
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessageStartingWith("secret file \"" + file + "\": ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain("\n")
                        .doesNotContain("0a1b2c")
                        .doesNotContain(Secrets.UP.substring(0, 6))
                        .doesNotContain(Secrets.DOWN.substring(0, 6)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-", "rw-rw-rw-"})
    void aFileThatOthersMayReadOrWriteIsRefused(String mode) throws IOException {
        Secrets.mode(Secrets.file(file, Secrets.UP), mode);
        if (isRoots(file)) {
            Files.setAttribute(file, "unix:uid", SOMEBODY);
        }
        assertRefused(mode);
    }

    @Test
    void aFileOfRootMayBeReadByItsGroup() throws IOException {
        Secrets.file(file, Secrets.UP);
        assumeTrue(isRoots(file), "only root can own a file of root");
        Files.setAttribute(file, "unix:gid", SOMEBODY);
        for (String mode : List.of("r--r-----", "rw-r-----")) {
            assertThat(SecretFile.read(Secrets.mode(file, mode)).fingerprints()).hasSize(1);
        }
        for (String mode : List.of("rw-rw----", "rw--w----", "rw-r--r--", "rw-----w-")) {
            Secrets.mode(file, mode);
            assertRefused(mode);
        }
    }

    private void assertRefused(String mode) {
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessage("secret file \"" + file + "\": mode " + mode
                        + " lets others than its owner read or write it (expected: mode 600, or mode 640 if root owns"
                        + " it: chmod 600 " + file + ")");
    }

    private static boolean isRoots(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid").equals(0);
    }

    @Test
    void aLinkIsFollowed() throws IOException {
        Path target = Secrets.file(folder.resolve("target"), Secrets.UP);
        Files.createSymbolicLink(file, target);
        assertThat(SecretFile.read(file).fingerprints()).hasSize(1);
        Secrets.mode(target, "rw-r--r--");
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessageContaining("mode rw-r--r--");
    }

    @Test
    void whatIsNoFileOfThatKindIsRefused() throws IOException {
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessage("secret file \"" + file
                        + "\": no such file (expected: a line of 64 hex digits; to make one: weldr secret " + file
                        + ")");
        assertThatThrownBy(() -> SecretFile.read(folder))
                .isInstanceOf(SecretException.class)
                .hasMessageEndingWith(": a folder (expected: a file with a line of 64 hex digits)");
        Secrets.file(file, "# " + "x".repeat(SecretFile.BYTES_MAX), Secrets.UP);
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining(": more than 4096 bytes (expected: one or two lines");
    }

    @Test
    void aFileOfAnotherUserIsRefusedWithWhatToDo() throws IOException {
        Secrets.mode(Secrets.file(file, Secrets.UP), "---------");
        assumeFalse(Files.isReadable(file), "root may read it all the same");
        String user = System.getProperty("user.name");
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("the user \"" + user + "\" may not read it")
                .hasMessageContaining("chown " + user + " " + file);
    }

    @Test
    void aNewFileHasASecretOfItsOwnForItsOwnerAlone() throws IOException {
        assertThat(SecretFile.make(file, "A test.", new SecureRandom())).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        ClusterSecret made = SecretFile.read(file);
        assertThat(made.fingerprints()).hasSize(1);
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }

        Path other = folder.resolve("other");
        assertThat(SecretFile.make(other, "A test.", new SecureRandom())).isTrue();
        assertThat(SecretFile.read(other).sameAs(made)).isFalse();
    }

    @Test
    void aFileThatIsThereIsNeverReplaced() throws IOException {
        Files.writeString(file, "whatever");
        assertThat(SecretFile.make(file, "A test.", new SecureRandom())).isFalse();
        assertThat(file).content().isEqualTo("whatever");
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void ofManyWhoMakeItAtOnceOneDoes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                Path made = folder.resolve("secret-" + round);
                Callable<Boolean> make = () -> SecretFile.make(made, "A test.", new SecureRandom());
                int makers = 0;
                Set<String> seen = new HashSet<>();
                for (Future<Boolean> one : threads.invokeAll(List.of(make, make, make, make))) {
                    makers += one.get() ? 1 : 0;
                    seen.addAll(SecretFile.read(made).fingerprints());
                }
                assertThat(makers).isEqualTo(1);
                assertThat(seen).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
