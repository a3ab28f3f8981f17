package io.weldr.it.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What must not be found anywhere, in each form that it may have. Confined to the thread of the test. */
final class Needles {
    /** Shorter ones are found by chance. */
    private static final int BYTES_MIN = 16;

    private final Map<String, String> needles = new LinkedHashMap<>(); // name to bytes, each as one character

    void text(String name, String text) {
        bytes(name, text.getBytes(ISO_8859_1));
    }

    /** The bytes themselves, in hex, and in Base64. */
    void secret(String name, byte[] bytes) {
        bytes(name + ", raw", bytes);
        text(name + ", hex", HexFormat.of().formatHex(bytes));
        text(name + ", upper hex", HexFormat.of().withUpperCase().formatHex(bytes));
        text(name + ", Base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        text(name + ", Base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The lines of its PEM, its DER, and the numbers that are secret of it. */
    void key(String name, String pem, PrivateKey key) {
        pem.lines()
                .filter(line -> !line.startsWith("-----") && line.length() >= BYTES_MIN)
                .forEach(line -> text(name + ", a line of PEM", line));
        secret(name + ", DER", key.getEncoded());
        List<BigInteger> numbers = new ArrayList<>();
        if (key instanceof ECPrivateKey ec) {
            numbers.add(ec.getS());
        } else if (key instanceof RSAPrivateCrtKey rsa) {
            numbers.addAll(List.of(rsa.getPrivateExponent(), rsa.getPrimeP(), rsa.getPrimeQ()));
        }
        for (int i = 0; i < numbers.size(); i++) {
            byte[] bytes = numbers.get(i).toByteArray();
            secret(name + ", number " + i, bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
        }
    }

    private void bytes(String name, byte[] bytes) {
        if (bytes.length < BYTES_MIN) {
            throw new IllegalArgumentException(name + ": " + bytes.length + " bytes, which are found by chance");
        }
        needles.put(needles.size() + " " + name, new String(bytes, ISO_8859_1));
    }

    int size() {
        return needles.size();
    }

    /** The names of those that are in these bytes. */
    List<String> in(byte[] bytes) {
        String hay = new String(bytes, ISO_8859_1);
        return needles.entrySet().stream()
                .filter(needle -> hay.contains(needle.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The same of every file below a folder, by its path. */
    Map<Path, List<String>> below(Path folder) throws IOException {
        Map<Path, List<String>> found = new LinkedHashMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            List<String> names = in(Files.readAllBytes(file));
            if (!names.isEmpty()) {
                found.put(file, names);
            }
        }
        return found;
    }
}
