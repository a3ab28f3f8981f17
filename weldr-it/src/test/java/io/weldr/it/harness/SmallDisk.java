package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of a few megabytes, to be filled and freed. Takes root. Confined to the test's thread. */
public final class SmallDisk implements AutoCloseable {
    private final Path where;

    private SmallDisk(Path where) {
        this.where = where;
    }

    /** Whether this process may mount one. */
    public static boolean available() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("user.name").equals("root");
    }

    /** Mounts one at that folder, which is created. */
    public static SmallDisk mount(Path where, int megabytes) {
        try {
            Files.createDirectories(where);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "weldr-test", where.toString());
        return new SmallDisk(where);
    }

    /** Leaves not one byte. */
    public void fill() {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler())) {
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).as("filling the disk").hasMessageContaining("No space left");
        }
    }

    /** Takes away what {@link #fill} wrote. */
    public void free() {
        try {
            Files.delete(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path filler() {
        return where.resolve("filler");
    }

    /** Unmounts it, whoever still holds a file open there. */
    @Override
    public void close() {
        run("umount", "-l", where.toString());
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .as("%s ended", command[0])
                    .isTrue();
            assertThat(process.exitValue())
                    .as("exit code of %s", String.join(" ", command))
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
