package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the distribution that is run and packed, {@code weldr} in the folder of build output, out of one for any Java.
 * With a JDK {@value Jdk#FEATURE} on Linux on x86-64 it gets {@code runtime/}, {@code lib/native/} and caches that a
 * training run records, and is packed into {@code weldr-VERSION-linux-x64.tar.gz}. Otherwise it stays as it is, but for
 * an archive of the classes that start-up loads, which holds for the Java of this build.
 */
public final class Distribution {
    /**
     * What weldr uses (which is checked), what its libraries use, and what an operator needs to look into a running
     * node ({@code jcmd}, flight recorder). Libraries that could do more with {@code java.desktop} or {@code java.sql}
     * find out that these are missing.
     */
    private static final List<String> MODULES = List.of(
            "java.base",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.xml",
            "jdk.jcmd",
            "jdk.jfr",
            "jdk.management",
            "jdk.net",
            "jdk.unsupported");

    /** Those that have a cache. */
    private static final List<String> PROGRAMS = List.of("weldr", "weldrctl");

    private final Path plain;
    private final Path target;
    private final String version;
    private final Path weldr;

    private Distribution(Path plain, Path target, String version) {
        this.plain = plain;
        this.target = target;
        this.version = version;
        weldr = target.resolve("weldr");
    }

    /**
     * Arguments: the folder of the distribution for any Java, the folder of build output, the version of weldr, and
     * whether a runtime and caches are wanted.
     *
     * @throws IOException it cannot be made
     */
    public static void main(String[] arguments) throws IOException {
        new Distribution(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2])
                .make(Boolean.parseBoolean(arguments[3]));
    }

    private void make(boolean withRuntime) throws IOException {
        Optional<Jdk> jdk = withRuntime ? jdk() : Optional.empty();
        Path made = target.resolve("weldr.made-of");
        String madeOf = fingerprint(jdk) + (withRuntime ? "" : " plain");
        if (Files.exists(made) && Files.readString(made).equals(madeOf) && isComplete(jdk.isPresent(), withRuntime)) {
            Files.writeString(made, madeOf); // its time says when it was found to be up to date
            say("the distribution has not changed");
            return;
        }
        Files.deleteIfExists(made);
        delete(weldr);
        delete(target.resolve("training"));
        Files.deleteIfExists(archive());
        Packages.clean(target);
        copy(plain, weldr);
        if (jdk.isPresent()) {
            selfContained(jdk.get());
        } else if (withRuntime) {
            train("-XX:ArchiveClassesAtExit=", ".jsa");
            proveStarting("-Xshare:auto");
        }
        Files.writeString(made, madeOf);
    }

    private boolean isComplete(boolean withRuntime, boolean withCaches) {
        String ending = withRuntime ? ".aot" : ".jsa";
        return Files.isExecutable(weldr.resolve("bin/weldr"))
                && (!withRuntime || Files.isRegularFile(archive()))
                && (!withCaches || PROGRAMS.stream().allMatch(program -> Files.isRegularFile(cache(program, ending))));
    }

    private Path cache(String program, String ending) {
        return weldr.resolve("lib/" + program + ending);
    }

    private Optional<Jdk> jdk() throws IOException {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!system.equals("Linux on amd64")) {
            say("no distribution with a runtime of its own: this is " + system + " (expected: Linux on amd64)");
            return Optional.empty();
        }
        Path toolchains = Path.of(System.getProperty("user.home"), ".m2", "toolchains.xml");
        Path installed = Path.of("/usr/lib/jvm");
        Optional<Jdk> found =
                Jdk.find(System.getenv("JAVA_HOME"), Path.of(System.getProperty("java.home")), toolchains, installed);
        say(found.map(jdk -> "the distribution gets the runtime of JDK " + jdk.version() + " in " + jdk.home()
                        + ", found by " + jdk.foundBy())
                .orElse("no distribution with a runtime of its own: no JDK " + Jdk.FEATURE
                        + " (expected: in JAVA_HOME, in " + toolchains + ", or below " + installed + ")"));
        return found;
    }

    private void selfContained(Jdk jdk) throws IOException {
        Jars.unpack(weldr.resolve("lib"), weldr.resolve("lib/native"));
        checkModules(jdk);
        link(jdk);
        train("-XX:AOTCacheOutput=", ".aot");
        proveCached("weldr", "weldr-node-" + version + ".jar");
        proveCached("weldrctl", "weldr-cli-" + version + ".jar");
        pack();
    }

    /** Makes the runtime; it stays the same as long as the JDK does. */
    private void link(Jdk jdk) throws IOException {
        Path runtime = weldr.resolve("runtime");
        Program.run(
                target,
                List.of(
                        jdk.home().resolve("bin/jlink").toString(),
                        "--add-modules",
                        String.join(",", MODULES),
                        "--strip-java-debug-attributes",
                        "--no-header-files",
                        "--no-man-pages",
                        "--output",
                        runtime.toString()),
                Map.of(),
                target.resolve("jlink.log"));
    }

    /** A module that is missing would be noticed when a class of it is first loaded, which may be in production. */
    private void checkModules(Jdk jdk) throws IOException {
        Path lib = weldr.resolve("lib");
        List<String> command = new ArrayList<>(List.of(
                jdk.home().resolve("bin/jdeps").toString(),
                "--multi-release",
                Integer.toString(Jdk.FEATURE),
                "--ignore-missing-deps",
                "-summary",
                "--class-path",
                lib + "/*"));
        try (DirectoryStream<Path> ours = Files.newDirectoryStream(lib, "weldr-*.jar")) {
            ours.forEach(jar -> command.add(jar.toString()));
        }
        Path log = target.resolve("jdeps.log");
        Files.deleteIfExists(log);
        Program.run(target, command, Map.of(), log);
        Set<String> missing = Files.readString(log)
                .lines() // weldr-raft-0.1.0.jar -> java.base
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .filter(name -> name.startsWith("java.") || name.startsWith("jdk."))
                .collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(MODULES);
        if (!missing.isEmpty()) {
            throw new IOException(
                    "weldr uses the modules " + missing + " of the JDK, which the runtime would not have (expected: in "
                            + "MODULES of " + Distribution.class.getName() + ")");
        }
    }

    private void train(String record, String ending) throws IOException {
        say("training run: a cluster of three does once what nodes do, so that nodes start fast");
        Path folder = Files.createDirectories(target.resolve("training"));
        try (Training training = new Training(weldr, folder, record, ending)) {
            training.run();
        } catch (IOException e) {
            throw new IOException("the training run failed: " + e.getMessage(), e);
        }
        for (String program : PROGRAMS) {
            Path cache = cache(program, ending);
            if (!Files.isRegularFile(cache)) {
                throw new IOException("the training run did not write " + cache + " (logs are in " + folder + ")");
            }
        }
    }

    private void proveStarting(String javaOptions) throws IOException {
        for (String program : PROGRAMS) {
            Program.run(
                    target,
                    List.of(weldr.resolve("bin/" + program).toString(), "--version"),
                    Map.of("WELDR_JAVA_OPTS", javaOptions, "WELDRCTL_JAVA_OPTS", javaOptions),
                    target.resolve("training/proof.log"));
        }
    }

    /**
     * The program uses its cache, and does not when a jar of it has changed. The JVM knows a jar by its time and size.
     */
    private void proveCached(String program, String jar) throws IOException {
        Path proof = target.resolve("training/proof.log");
        List<String> command = List.of(weldr.resolve("bin/" + program).toString(), "--version");
        // A JVM with this option does not start with a cache that it cannot use.
        String mustUse = "-XX:AOTMode=on";
        Map<String, String> options = Map.of("WELDR_JAVA_OPTS", mustUse, "WELDRCTL_JAVA_OPTS", mustUse);
        Program.run(target, command, options, proof);
        Path changed = weldr.resolve("lib").resolve(jar);
        FileTime time = Files.getLastModifiedTime(changed);
        Files.setLastModifiedTime(changed, FileTime.from(time.toInstant().plusSeconds(60)));
        int exit = Program.exitOf(target, command, options, proof);
        Files.setLastModifiedTime(changed, time);
        if (exit == 0) {
            throw new IOException(program + " would use its cache although " + jar
                    + " has changed (expected: the JVM refuses the cache; see STAYS_OLD in " + Jars.class.getName()
                    + ")");
        }
    }

    private Path archive() {
        return target.resolve("weldr-" + version + "-linux-x64.tar.gz");
    }

    private void pack() throws IOException {
        Program.run(
                target,
                List.of(
                        "tar",
                        "--sort=name",
                        "--owner=0",
                        "--group=0",
                        "--numeric-owner",
                        "--transform=s,^weldr,weldr-" + version + ",",
                        "-czf",
                        archive().toString(),
                        "weldr"),
                Map.of("GZIP", "-9"),
                target.resolve("tar.log"));
        say(archive().getFileName() + ": " + Files.size(archive()) / 1_000_000 + " MB");
    }

    /** Of all that the result depends on. File times do not count: a build gives all files the same. */
    private String fingerprint(Optional<Jdk> jdk) throws IOException {
        MessageDigest digest = Digests.sha256();
        List<Path> files = new ArrayList<>();
        for (Path top : List.of(plain, ownClasses())) {
            try (Stream<Path> all = Files.walk(top)) {
                all.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        for (Path file : files) {
            digest.update(file.toString().getBytes(UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        String java = jdk.map(found -> found.home() + " " + found.version())
                .orElse(System.getProperty("java.home") + " " + Runtime.version());
        digest.update((java + version).getBytes(UTF_8));
        return Digests.hex(digest.digest());
    }

    private static Path ownClasses() throws IOException {
        try {
            return Path.of(Distribution.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path source : (Iterable<Path>) all::iterator) {
                Files.copy(
                        source,
                        to.resolve(from.relativize(source).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES); // times and permissions
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** With all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void say(String line) {
        System.out.println("[INFO] " + line);
    }
}
