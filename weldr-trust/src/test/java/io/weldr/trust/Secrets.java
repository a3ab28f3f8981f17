package io.weldr.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Secrets of tests. */
final class Secrets {
    /** The octets from 0 up. */
    static final String UP = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /** The octets from 255 down. */
    static final String DOWN = "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0";

    private Secrets() {}

    static ClusterSecret of(String... lines) {
        return new ClusterSecret(Stream.of(lines).map(HexFormat.of()::parseHex).toList());
    }

    /** A file with these lines and mode 600. */
    static Path file(Path file, String... lines) throws IOException {
        Files.write(file, List.of(lines));
        return mode(file, "rw-------");
    }

    static Path mode(Path file, String mode) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
