package io.weldr.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The jars of a distribution for one kind of machine, Linux on x86-64. Native libraries for it move into a folder, so
 * that no program has to unpack them; those for others go, as they are a tenth of the download. What is left is stored
 * and not deflated: the archive that all of it ends up in deflates many classes at once, which takes a quarter less
 * than one by one, and a JVM reads them faster. Classes that are too old for an AOT cache are rewritten, and the
 * signatures of jars go: a JVM refuses a class that is not the signed one, and a cache takes no signed class at all.
 */
final class Jars {
    private static final List<String> ENDINGS = List.of(".so", ".dll", ".jnilib", ".dylib", ".a");

    /**
     * This one class stays as it is. A JVM of JDK 25 before 25.0.4 compares the jars of a cache with those of the
     * training run only if the JVM that wrote the cache parsed a class of a jar (JDK-8377932). That JVM parses no class
     * that the training run has loaded, except an old one that it needs to verify others, such as this exception.
     * Without any old class, a JVM would run the classes in its cache although a jar has changed. {@link Distribution}
     * proves that it does not.
     */
    static final String STAYS_OLD = "picocli/CommandLine$OverwrittenOptionException.class";

    private Jars() {}

    /**
     * Rewrites all jars in {@code lib}. Their native libraries for this kind of machine end up in {@code natives},
     * which is made.
     *
     * @throws IOException a jar cannot be read or written
     */
    static void unpack(Path lib, Path natives) throws IOException {
        Files.createDirectories(natives);
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(lib, "*.jar")) {
            all.forEach(jars::add);
        }
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        for (Path jar : jars) {
            try (URLClassLoader types =
                    new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                rewrite(jar, natives, types);
            }
        }
    }

    private static void rewrite(Path jar, Path natives, ClassLoader types) throws IOException {
        FileTime time = Files.getLastModifiedTime(jar);
        Path next = jar.resolveSibling(jar.getFileName() + ".next");
        try (ZipFile from = new ZipFile(jar.toFile());
                OutputStream file = Files.newOutputStream(next);
                ZipOutputStream to = new ZipOutputStream(file)) {
            to.setMethod(ZipOutputStream.STORED);
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = from.getInputStream(entry)) {
                    if (isSignature(entry.getName())) {
                        continue; // the checksum of the archive vouches for all of it
                    }
                    if (!isLibrary(entry)) {
                        byte[] bytes = in.readAllBytes();
                        boolean renew =
                                ClassFile.isOld(bytes) && !entry.getName().equals(STAYS_OLD);
                        write(to, entry, renew ? ClassFile.renewed(bytes, types) : bytes);
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

    private static void write(ZipOutputStream to, ZipEntry from, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        ZipEntry entry = new ZipEntry(from.getName());
        entry.setLastModifiedTime(from.getLastModifiedTime());
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        to.putNextEntry(entry);
        to.write(bytes);
        to.closeEntry();
    }

    /** A file by which a jar is signed (JAR File Specification, "Signed JAR File"). */
    private static boolean isSignature(String entry) {
        return entry.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    }

    private static boolean isLibrary(ZipEntry entry) {
        return ENDINGS.stream().anyMatch(entry.getName()::endsWith);
    }

    /** Netty names the machine at the end of a file's name, JNA in that of its folder. */
    static boolean isForLinuxOnX64(String entry) {
        return entry.endsWith("_x86_64.so") || entry.contains("/linux-x86-64/");
    }
}
