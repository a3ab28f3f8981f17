package io.weldr.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/**
 * The wall clock of one process, which can jump while the process runs. {@link PreloadedLibrary} says what it needs.
 * Confined to the test's thread.
 */
public final class ShiftedClock {
    private final Path file;

    private ShiftedClock(Path file) {
        this.file = file;
    }

    /** A clock that is right at first; the file tells the process its shift. */
    public static ShiftedClock in(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, new byte[Long.BYTES]);
            return new ShiftedClock(file.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The environment of the process. */
    public Map<String, String> environment() {
        return PreloadedLibrary.environment("shifted_clock.c", Map.of("CLOCK_SHIFT_FILE", file.toString()));
    }

    /** From now on the clock is wrong by so much, in whole seconds; it jumps there. */
    public void shift(Duration by) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(0, by.toSeconds());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(bytes, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
