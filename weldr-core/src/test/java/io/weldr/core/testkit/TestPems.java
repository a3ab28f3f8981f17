package io.weldr.core.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** Certificates and keys for tests, which {@code certificates/make.sh} has made. They are valid from 2020 to 2056. */
public final class TestPems {
    private TestPems() {}

    /**
     * The content of files, each byte a character, as a program reads a file that may be binary.
     *
     * @param names with a plus between them; {@code .pem} may be left out where there is no other dot
     */
    public static String of(String names) {
        return Arrays.stream(names.split("\\+")).map(TestPems::file).collect(Collectors.joining());
    }

    private static String file(String name) {
        String path = "/io/weldr/core/tls/certificates/" + name + (name.contains(".") ? "" : ".pem");
        try (InputStream in = TestPems.class.getResourceAsStream(path)) {
            return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
