package io.weldr.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The jars of a distribution for one kind of machine, Linux on x86-64. Native libraries for it move into a folder, so that no program has to
 * unpack them; those for others go, as they are a tenth of the download. What is left is stored and not deflated: the archive that all of it ends up in
 * deflates many classes at once, which takes a quarter less than one by one, and a JVM reads them faster.
 */
final class Jars {
    private static final List<String> ENDINGS = List.of(".so", ".dll", ".jnilib", ".dylib", ".a");

    private Jars() {}

    /**
     * Rewrites all jars in {@code lib}. Their native libraries for this kind of machine end up in {@code natives}, which is made.
     *
     * @throws IOException a jar cannot be read or written
     */
    static void unpack(Path lib, Path natives) throws IOException {
        Files.createDirectories(natives);
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "*.jar")) {
            for (Path jar : jars) {
                rewrite(jar, natives);
            }
        }
    }

    private static void rewrite(Path jar, Path natives) throws IOException {
        FileTime time = Files.getLastModifiedTime(jar);
        Path next = jar.resolveSibling(jar.getFileName() + ".next");
        try (ZipFile from = new ZipFile(jar.toFile());
                OutputStream file = Files.newOutputStream(next);
                ZipOutputStream to = new ZipOutputStream(file)) {
            to.setMethod(ZipOutputStream.STORED);
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = from.getInputStream(entry)) {
                    if (!isLibrary(entry)) {
                        ZipEntry same = new ZipEntry(entry.getName());
                        same.setLastModifiedTime(entry.getLastModifiedTime());
                        same.setSize(entry.getSize());
                        same.setCrc(entry.getCrc());
                        to.putNextEntry(same);
                        in.transferTo(to);
                        to.closeEntry();
                    } else if (isForLinuxOnX64(entry.getName())) {
                        String name = entry.getName();
                        Files.copy(in, natives.resolve(name.substring(name.lastIndexOf('/') + 1)));
                    }
                }
            }
        }
        Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(jar, time);
    }

    private static boolean isLibrary(ZipEntry entry) {
        return ENDINGS.stream().anyMatch(entry.getName()::endsWith);
    }

    /** Netty names the machine at the end of a file's name, JNA in that of its folder. */
    static boolean isForLinuxOnX64(String entry) {
        return entry.endsWith("_x86_64.so") || entry.contains("/linux-x86-64/");
    }
}
