package io.weldr.it.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file system of its own, ext4 in a file, that can be made to hang: who writes waits, as on a disk that does not
 * answer. Takes root, a loop device, and the programs. Confined to the test's thread, but for {@link #goOn}, which the
 * end of the JVM calls too.
 */
public final class HangingDisk implements AutoCloseable {
    private static final int MEGABYTES = 64;

    private final Path image;
    private final Path where;
    /** A process that waits for a disk that hangs cannot even be killed. */
    private final Thread atExit = new Thread(this::goOn);

    private boolean hangs;

    private HangingDisk(Path image, Path where) {
        this.image = image;
        this.where = where;
    }

    /** Whether this process can make one. */
    public static boolean available() {
        return System.getProperty("user.name").equals("root")
                && Files.exists(Path.of("/dev/loop-control"))
                && Stream.of("mkfs.ext4", "fsfreeze")
                        .allMatch(program -> Files.isExecutable(Path.of("/usr/sbin", program))
                                || Files.isExecutable(Path.of("/sbin", program)));
    }

    /** Mounts one at that folder, which is created; the file is beside it. */
    public static HangingDisk mount(Path where) {
        Path image = where.resolveSibling(where.getFileName() + ".img");
        try {
            Files.createDirectories(where);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(MEGABYTES * 1024L * 1024);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Run.program("mkfs.ext4", "-q", "-F", image.toString());
        Run.program("mount", "-o", "loop", image.toString(), where.toString());
        HangingDisk disk = new HangingDisk(image, where);
        Runtime.getRuntime().addShutdownHook(disk.atExit);
        return disk;
    }

    /** From now on nothing that is written there comes to an end. */
    public synchronized void hang() {
        Run.program("fsfreeze", "--freeze", where.toString());
        hangs = true;
    }

    /** It works again, and does what waited. */
    public synchronized void goOn() {
        if (hangs) {
            hangs = false;
            Run.program("fsfreeze", "--unfreeze", where.toString());
        }
    }

    /** Unmounts it, whoever still holds a file open there. */
    @Override
    public void close() {
        goOn();
        Runtime.getRuntime().removeShutdownHook(atExit);
        Run.program("umount", "-l", where.toString());
        try {
            Files.delete(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
