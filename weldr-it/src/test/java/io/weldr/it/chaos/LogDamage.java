package io.weldr.it.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/** What a power cut or a bad disk does to the end of the newest file of a node's log, while the node does not run. */
enum LogDamage {
    /** Bytes that mean nothing after the last entry, as of a write that was under way. */
    GARBAGE,
    /** The last bytes are missing, as of a write that was never finished. */
    TRUNCATION,
    /** One bit of the last bytes is another. */
    BIT_FLIP;

    private static final int GARBAGE_BYTES = 64;
    private static final int TAIL_BYTES = 24;

    /** Does it below {@code folder}; returns what it did, for people. */
    String inflict(Path folder, Random random) {
        Path file = newest(folder);
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "rw")) {
            long end = end(log);
            long where = end - 1 - random.nextInt((int) Math.min(TAIL_BYTES, end - 16));
            switch (this) {
                case GARBAGE -> {
                    byte[] garbage = new byte[GARBAGE_BYTES];
                    random.nextBytes(garbage);
                    log.seek(end);
                    log.write(garbage);
                    where = end;
                }
                case TRUNCATION -> log.setLength(where);
                case BIT_FLIP -> {
                    log.seek(where);
                    int octet = log.read();
                    log.seek(where);
                    log.write(octet ^ (1 << random.nextInt(8)));
                }
            }
            return this + " at " + where + " of " + file.getFileName() + ", whose last entry ends at " + end;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newest(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .max(Comparator.comparing(LogDamage::firstIndex))
                    .orElseThrow(() -> new IllegalStateException("no log in " + folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of {@code log_17-40} or {@code log_inprogress_41}. */
    private static long firstIndex(Path file) {
        String name =
                file.getFileName().toString().replace("log_inprogress_", "").replace("log_", "");
        return Long.parseLong(name.split("-", -1)[0]);
    }

    /** Where the entries end: the file is longer than they are, and filled with zeros. */
    private static long end(RandomAccessFile log) throws IOException {
        long end = log.length();
        while (end > 0) {
            log.seek(end - 1);
            if (log.read() != 0) {
                return end;
            }
            end--;
        }
        return end;
    }
}
