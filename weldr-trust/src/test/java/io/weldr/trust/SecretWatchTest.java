package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretWatchTest {
    @TempDir
    private Path folder;

    @Test
    void aNewSecretIsTakenOver() throws IOException {
        Path file = Secrets.file(folder.resolve("secret"), Secrets.UP);
        SecretWatch watch = SecretWatch.open(file);
        ClusterSecret first = watch.get();
        assertThat(first.sameAs(Secrets.of(Secrets.UP))).isTrue();

        Files.writeString(file, "# a comment more\n" + Secrets.UP);
        assertThat(watch.reload()).isFalse();
        assertThat(watch.get()).isSameAs(first);

        Secrets.file(file, Secrets.DOWN, Secrets.UP);
        assertThat(watch.reload()).isTrue();
        assertThat(watch.get().sameAs(Secrets.of(Secrets.DOWN, Secrets.UP))).isTrue();
        assertThat(watch.reload()).isFalse();
    }

    @Test
    void aFileThatCannotBeUsedChangesNothing() throws IOException {
        Path file = Secrets.file(folder.resolve("secret"), Secrets.UP);
        SecretWatch watch = SecretWatch.open(file);
        ClusterSecret first = watch.get();

        Secrets.file(file, Secrets.DOWN.substring(1)); // as an editor may leave it for a moment
        assertThat(watch.reload()).isFalse();
        Secrets.mode(Secrets.file(file, Secrets.DOWN), "rw-r--r--");
        assertThat(watch.reload()).isFalse();
        Files.delete(file);
        assertThat(watch.reload()).isFalse();
        assertThat(watch.get()).isSameAs(first);

        Secrets.file(file, Secrets.DOWN);
        assertThat(watch.reload()).as("it is usable again").isTrue();
    }

    @Test
    void theFirstReadingHasToSucceed() {
        assertThatThrownBy(() -> SecretWatch.open(folder.resolve("none"))).isInstanceOf(SecretException.class);
    }
}
