package io.weldr.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A JDK on this machine.
 *
 * @param home its folder
 * @param version such as 25.0.3
 * @param foundBy how it was found, for people
 */
record Jdk(Path home, String version, String foundBy) {
    /** The one release whose caches and options the distribution is made for. */
    static final int FEATURE = 25;

    /**
     * The first JDK {@value #FEATURE} that can link a runtime: that of JAVA_HOME, of this build, of a Maven toolchain,
     * or below a folder such as {@code /usr/lib/jvm}, in alphabetical order.
     *
     * @param javaHome what JAVA_HOME says
     * @param build the JDK that runs this build
     * @param toolchains Maven's file of toolchains; it need not exist
     * @param installed the folder that holds JDKs; it need not exist
     * @throws IOException a file that is there cannot be read or understood
     */
    static Optional<Jdk> find(@Nullable String javaHome, Path build, Path toolchains, Path installed)
            throws IOException {
        Map<Path, String> candidates = new LinkedHashMap<>();
        if (javaHome != null && !javaHome.isBlank()) {
            candidates.put(Path.of(javaHome), "JAVA_HOME");
        }
        candidates.putIfAbsent(build, "the JDK of this build");
        for (Path home : toolchainHomes(toolchains)) {
            candidates.putIfAbsent(home, toolchains.toString());
        }
        for (Path home : folders(installed)) {
            candidates.putIfAbsent(home, installed.toString());
        }
        for (Map.Entry<Path, String> candidate : candidates.entrySet()) {
            Path home = candidate.getKey();
            String version = version(home);
            if (version != null
                    && Runtime.Version.parse(version).feature() == FEATURE
                    && Files.isExecutable(home.resolve("bin/jlink"))) {
                return Optional.of(new Jdk(home, version, candidate.getValue()));
            }
        }
        return Optional.empty();
    }

    /** The version that its file {@code release} names; null: there is no such file, or no version in it. */
    static @Nullable String version(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(release)) {
            return null;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(release)) {
            properties.load(in);
        }
        String quoted = properties.getProperty("JAVA_VERSION");
        return quoted == null ? null : quoted.replace("\"", "");
    }

    private static List<Path> toolchainHomes(Path toolchains) throws IOException {
        List<Path> homes = new ArrayList<>();
        if (Files.isRegularFile(toolchains)) {
            try (InputStream in = Files.newInputStream(toolchains)) {
                NodeList found = DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .parse(in)
                        .getElementsByTagName("jdkHome");
                for (int i = 0; i < found.getLength(); i++) {
                    homes.add(Path.of(found.item(i).getTextContent().strip()));
                }
            } catch (SAXException | ParserConfigurationException e) {
                throw new IOException(toolchains + " is not the XML of Maven's toolchains: " + e.getMessage(), e);
            }
        }
        return homes;
    }

    private static List<Path> folders(Path installed) throws IOException {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(installed)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(installed, Files::isDirectory)) {
                all.forEach(folders::add);
            }
        }
        return folders.stream().sorted().toList();
    }
}
