package io.weldr.node.lifecycle;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    private Path folder;

    private static void write(LogFile log, String line) throws IOException {
        log.write((line + "\n").getBytes(US_ASCII));
    }

    @Test
    void goesOnWithTheFileThatHasTheName() throws IOException {
        Path path = folder.resolve("access.log");
        Path renamed = folder.resolve("access.log.1");
        Files.writeString(path, "earlier\n");
        try (LogFile log = new LogFile(path)) {
            write(log, "first");
            Files.move(path, renamed);
            write(log, "renamed");
            log.reopen();
            write(log, "second");
            log.reopen();
            write(log, "third");
        }
        assertThat(renamed).hasContent("earlier\nfirst\nrenamed\n");
        assertThat(path).hasContent("second\nthird\n");
    }

    @Test
    void keepsTheFileThatItHasIfThereCanBeNoOther() throws IOException {
        Path path = folder.resolve("logs/access.log");
        Path moved = folder.resolve("moved");
        Files.createDirectory(path.getParent());
        try (LogFile log = new LogFile(path)) {
            Files.move(path.getParent(), moved);
            assertThatThrownBy(log::reopen).isInstanceOf(IOException.class).hasMessageContaining("access.log");
            write(log, "kept");
        }
        assertThat(moved.resolve("access.log")).hasContent("kept\n");
    }

    @Test
    void staysClosed() throws IOException {
        Path path = folder.resolve("access.log");
        LogFile log = new LogFile(path);
        log.close();
        Files.delete(path);
        log.reopen();
        assertThat(path).doesNotExist();
    }
}
