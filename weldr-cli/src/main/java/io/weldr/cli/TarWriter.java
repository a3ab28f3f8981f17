package io.weldr.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Writes small files as a tar archive, as POSIX.1-2001 has it under ustar. Confined to one thread. */
final class TarWriter implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final int NAME_BYTES_MAX = 100;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_BYTES = 8;

    private final OutputStream to;

    TarWriter(OutputStream to) {
        this.to = to;
    }

    /** @param name at most 100 characters of ASCII, with slashes between folders */
    void add(String name, byte[] content, Instant modified) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "name: " + bytes.length + " bytes (expected: <= " + NAME_BYTES_MAX + ")");
        }
        byte[] head = new byte[BLOCK];
        System.arraycopy(bytes, 0, head, 0, bytes.length);
        octal(head, 100, 8, 0600);
        octal(head, 108, 8, 0); // the owner, and the group below
        octal(head, 116, 8, 0);
        octal(head, 124, 12, content.length);
        octal(head, 136, 12, modified.getEpochSecond());
        head[156] = '0'; // a regular file
        text(head, 257, "ustar\0" + "00");
        Arrays.fill(head, CHECKSUM, CHECKSUM + CHECKSUM_BYTES, (byte) ' ');
        int sum = 0;
        for (byte octet : head) {
            sum += octet & 0xff;
        }
        octal(head, CHECKSUM, 7, sum);
        to.write(head);
        to.write(content);
        to.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void octal(byte[] head, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        text(head, at, "0".repeat(length - 1 - digits.length()) + digits + "\0");
    }

    private static void text(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    @Override
    public void close() throws IOException {
        to.write(new byte[2 * BLOCK]);
        to.close();
    }
}
