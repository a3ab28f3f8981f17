package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes what people install besides the archives, in the folder of build output: a Debian package and a container
 * image, from the distribution with a runtime of its own. Adds the runtime to the list of components, and writes a
 * check sum beside each file.
 */
public final class Packages {
    private static final String MADE_OF = "packages.made-of";

    /** A folder for files that are needed meanwhile. */
    private static final String WORK = "packages";

    private final Path target;
    private final Path sources;
    private final String version;
    private final Instant time;
    private final Path weldr;

    private Packages(Path target, Path sources, String version, Instant time) {
        this.target = target;
        this.sources = sources;
        this.version = version;
        this.time = time;
        weldr = target.resolve("weldr");
    }

    /**
     * Arguments: the folder of build output, {@code deploy/src}, the version of weldr, and the time that all files
     * have.
     *
     * @throws IOException a package cannot be made
     */
    public static void main(String[] arguments) throws IOException {
        new Packages(
                        Path.of(arguments[0]).toAbsolutePath(),
                        Path.of(arguments[1]).toAbsolutePath(),
                        arguments[2],
                        Instant.parse(arguments[3]))
                .make();
    }

    private void make() throws IOException {
        boolean hasRuntime = Files.exists(weldr.resolve("runtime"));
        Path sbom = target.resolve("weldr-" + version + ".cdx.json");
        if (hasRuntime) {
            addRuntime(sbom);
        }
        Path made = target.resolve(MADE_OF);
        String madeOf = fingerprint(sbom, hasRuntime);
        if (Files.exists(made) && Files.readString(made).equals(madeOf)) {
            say("the packages have not changed");
            return;
        }
        clean(target);
        List<Path> files = new ArrayList<>();
        files.add(target.resolve("weldr-" + version + ".tar.gz"));
        files.add(sbom);
        if (hasRuntime) {
            files.add(target.resolve("weldr-" + version + "-linux-x64.tar.gz"));
            Path work = target.resolve(WORK);
            DebianPackage debian = new DebianPackage(weldr, sources, sbom, version, time, work.resolve("debian"));
            Path deb = target.resolve(debian.fileName());
            debian.write(deb);
            files.add(deb);
            ContainerImage container = new ContainerImage(weldr, version, time, work.resolve("image"));
            Path image = target.resolve(container.fileName());
            container.write(image);
            files.add(image);
            Distribution.delete(work);
        } else {
            say("no Debian package and no container image: the distribution has no runtime of its own");
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            Files.writeString(target.resolve(name + ".sha256"), Digests.sha256(file) + "  " + name + "\n");
            say(name + ": " + Files.size(file) / 1000 + " kB");
        }
        Files.writeString(made, madeOf);
    }

    /**
     * Of all that the packages depend on: the distribution has a fingerprint of its own, which has that of this program
     * in it.
     */
    private String fingerprint(Path sbom, boolean hasRuntime) throws IOException {
        StringBuilder all = new StringBuilder(Files.readString(target.resolve("weldr.made-of")));
        all.append(version).append(time).append(Digests.sha256(sbom));
        try (Stream<Path> own = Files.list(sources.resolve("debian"))) {
            for (Path file : own.sorted().toList()) {
                all.append(file.getFileName()).append(Digests.sha256(file));
            }
        }
        if (hasRuntime) { // the image has the C library of this machine, which is updated
            for (Path library : Libraries.of(weldr, target.resolve("ldd.log"))) {
                all.append(library).append(Digests.sha256(library));
            }
        }
        return Digests.sha256(all.toString().getBytes(UTF_8));
    }

    /**
     * Deletes packages and check sums that an earlier build made: none stays beside a distribution that it was not made
     * of.
     */
    static void clean(Path target) throws IOException {
        Files.deleteIfExists(target.resolve(MADE_OF));
        Distribution.delete(target.resolve(WORK));
        try (DirectoryStream<Path> old =
                Files.newDirectoryStream(target, "{*.deb,weldr-*-image-linux-x64.tar,*.sha256}")) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }

    /** Maven knows the libraries, and not the runtime. */
    private void addRuntime(Path sbom) throws IOException {
        String java = Jdk.version(weldr.resolve("runtime"));
        String components = "\"components\" : [";
        String text = Files.readString(sbom);
        if (text.contains("\"bom-ref\" : \"runtime\"")) {
            return; // this build has not written it anew
        }
        int at = text.indexOf("\n  " + components);
        if (at < 0) {
            throw new IOException(sbom + " has no line " + components);
        }
        at += components.length() + 3;
        String component = """

                    {
                      "type" : "platform",
                      "bom-ref" : "runtime",
                      "name" : "OpenJDK",
                      "version" : "%s",
                      "description" : "The Java runtime in runtime/, of modules that weldr uses",
                      "scope" : "required",
                      "licenses" : [ { "expression" : "GPL-2.0-only WITH Classpath-exception-2.0" } ],
                      "cpe" : "cpe:2.3:a:oracle:openjdk:%s:*:*:*:*:*:*:*"
                    },""".formatted(java, java);
        Files.writeString(sbom, text.substring(0, at) + component + text.substring(at));
    }

    private static void say(String line) {
        System.out.println("[INFO] " + line);
    }
}
