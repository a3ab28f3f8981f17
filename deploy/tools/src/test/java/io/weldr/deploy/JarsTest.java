package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarsTest {
    private static final FileTime THEN = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    private Path lib;

    @Test
    void thoseForThisKindOfMachineMoveAndTheOthersGo() throws Exception {
        Path jar = jar(
                "some.jar",
                "META-INF/native/libsome_x86_64.so",
                "META-INF/native/libsome_aarch_64.so",
                "META-INF/native/some_windows_x86_64.dll",
                "com/sun/jna/linux-x86-64/libjnidispatch.so",
                "com/sun/jna/linux-aarch64/libjnidispatch.so",
                "com/sun/jna/aix-ppc/libjnidispatch.a",
                "META-INF/SOMEBODY.SF",
                "META-INF/SOMEBODY.RSA",
                "some/Code.class");
        Path without = jar("without.jar", "other/Code.class");

        Jars.unpack(lib, lib.resolve("native"));

        assertThat(names(lib.resolve("native"))).containsExactly("libjnidispatch.so", "libsome_x86_64.so");
        assertThat(lib.resolve("native/libjnidispatch.so")).hasContent("com/sun/jna/linux-x86-64/libjnidispatch.so");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("some/Code.class");
            assertThat(new String(
                            zip.getInputStream(zip.getEntry("some/Code.class")).readAllBytes(), UTF_8))
                    .isEqualTo("some/Code.class");
        }
        assertThat(Files.getLastModifiedTime(jar))
                .as("the caches know a jar by its time")
                .isEqualTo(THEN);
        try (ZipFile zip = new ZipFile(without.toFile())) {
            assertThat(zip.stream().toList()).singleElement().satisfies(entry -> {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                assertThat(new String(zip.getInputStream(entry).readAllBytes(), UTF_8))
                        .isEqualTo("other/Code.class");
            });
        }
        assertThat(names(lib)).containsExactly("native", "some.jar", "without.jar");
    }

    @Test
    void oldClassesButOneAreRenewedAndOthersStayAsTheyAre() throws Exception {
        byte[] old = ClassFileTest.larger();
        byte[] current = ClassFileTest.ofThisTest();
        Path jar = lib.resolve("some.jar");
        Map<String, byte[]> classes = Map.of("Larger.class", old, Jars.STAYS_OLD, old, "Current.class", current);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }

        Jars.unpack(lib, lib.resolve("native"));

        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertThat(ClassFile.major(read(zip, "Larger.class"))).isEqualTo(52);
            assertThat(read(zip, Jars.STAYS_OLD)).isEqualTo(old);
            assertThat(read(zip, "Current.class")).isEqualTo(current);
        }
    }

    private static byte[] read(ZipFile zip, String name) throws IOException {
        try (InputStream in = zip.getInputStream(zip.getEntry(name))) {
            return in.readAllBytes();
        }
    }

    private Path jar(String name, String... entries) throws IOException {
        Path jar = lib.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write(entry.getBytes(UTF_8));
                zip.closeEntry();
            }
        }
        Files.setLastModifiedTime(jar, THEN);
        return jar;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
