package io.weldr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads certificates and keys out of files, as they are: the node checks them, and says how to convert what is no PEM.
 */
final class PemFile {
    /** As much as any of them may have at the node. */
    private static final int BYTES_MAX = 256 * 1024;

    private PemFile() {}

    /** @param option that names the file, for errors */
    static String read(String option, String name) {
        byte[] bytes;
        try (InputStream from = Files.newInputStream(Path.of(name))) {
            bytes = from.readNBytes(BYTES_MAX + 1);
        } catch (NoSuchFileException e) {
            throw bad(option, name, "no such file");
        } catch (AccessDeniedException e) {
            throw bad(option, name, "permission denied");
        } catch (IOException | InvalidPathException e) {
            throw bad(option, name, "cannot be read: " + e.getMessage());
        }
        if (bytes.length > BYTES_MAX) {
            throw bad(option, name, "more than " + BYTES_MAX + " bytes (expected: PEM)");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1); // binary, which the node recognises
        }
    }

    private static CliException bad(String option, String name, String line) {
        return new CliException(ExitCode.USAGE, option + " " + Output.printable(name) + ": " + Output.printable(line));
    }
}
