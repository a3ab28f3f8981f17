package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.vafer.jdeb.Console;
import org.vafer.jdeb.DataProducer;
import org.vafer.jdeb.DebMaker;
import org.vafer.jdeb.PackagingException;
import org.vafer.jdeb.mapping.Mapper;
import org.vafer.jdeb.mapping.PermMapper;
import org.vafer.jdeb.producers.DataProducerFile;
import org.vafer.jdeb.producers.DataProducerLink;

/** The package for Debian, Ubuntu and their relatives on x86-64. */
final class DebianPackage {
    private static final String HOME = "usr/lib/weldr";
    private static final String DOC = "usr/share/doc/weldr";
    private static final String UNIT = "weldr.service";

    private final Path weldr;
    private final Path sources;
    private final Path sbom;
    private final String version;
    private final Instant time;
    private final Path folder;

    /**
     * @param weldr the distribution with its runtime
     * @param sources {@code deploy/src}
     * @param version of weldr, as Maven writes it
     * @param time of all files
     * @param folder is made, for files that are needed meanwhile
     */
    DebianPackage(Path weldr, Path sources, Path sbom, String version, Instant time, Path folder) {
        this.weldr = weldr;
        this.sources = sources;
        this.sbom = sbom;
        this.version = debian(version);
        this.time = time;
        this.folder = folder;
    }

    /** {@code ~} sorts before the end: a pre-release is older than its release. */
    static String debian(String version) {
        return version.replaceFirst("-", "~").replace('-', '.');
    }

    String fileName() {
        return "weldr_" + version + "_amd64.deb";
    }

    /**
     * Writes the package.
     *
     * @throws IOException a file is missing or cannot be read, or the package cannot be written
     */
    void write(Path to) throws IOException {
        List<DataProducer> all = new ArrayList<>();
        List<DataProducer> configuration = new ArrayList<>();
        files().entries().forEach((path, entry) -> {
            DataProducer producer = producer(path, entry);
            all.add(producer);
            if (path.startsWith("etc/")) {
                configuration.add(producer);
            }
        });
        DebMaker maker = new DebMaker(new Warnings(), all, configuration);
        maker.setDeb(to.toFile());
        maker.setControl(control().toFile());
        maker.setResolver(name -> name.equals("version") ? version : null);
        maker.setOutputTimestampMs(time.toEpochMilli());
        try {
            maker.validate();
            maker.makeDeb();
        } catch (PackagingException e) {
            throw new IOException(to.getFileName() + " cannot be made", e);
        }
    }

    private static DataProducer producer(String path, Tree.Entry entry) {
        if (entry instanceof Tree.Content content) {
            return new DataProducerFile(
                    content.source().toFile(), path, null, null, new Mapper[] {mode(content.mode())});
        }
        if (entry instanceof Tree.Link link) {
            return new DataProducerLink(path, link.target(), true, null, null, new Mapper[] {mode(0777)});
        }
        throw new IllegalArgumentException(path + " (expected: a file or a link)");
    }

    private static PermMapper mode(int mode) {
        return new PermMapper(0, 0, "root", "root", mode, Tree.EXECUTE, 0, null);
    }

    private Tree files() throws IOException {
        Tree tree = new Tree(folder.resolve("files"));
        for (String part : new String[] {"bin", "lib", "runtime"}) {
            tree.all(HOME + "/" + part, weldr.resolve(part));
        }
        for (String addition : new String[] {"low-ports.conf", "virtual-ip.conf"}) {
            tree.file(HOME + "/systemd/" + addition, weldr.resolve("systemd/" + addition));
        }
        tree.link("usr/bin/weldr", "../lib/weldr/bin/weldr");
        tree.link("usr/bin/weldrctl", "../lib/weldr/bin/weldrctl");
        tree.text("usr/lib/systemd/system/" + UNIT, unit());
        tree.file("etc/weldr/weldr.yaml", own("weldr.yaml"));

        tree.file(DOC + "/README.md", weldr.resolve("README.md"));
        tree.file(DOC + "/CHANGELOG.md", weldr.resolve("CHANGELOG.md"));
        tree.all(DOC + "/docs", weldr.resolve("docs"));
        tree.file(DOC + "/examples/three-machines.yaml", weldr.resolve("conf/weldr.yaml"));
        tree.file(DOC + "/copyright", own("copyright"));
        tree.file(DOC + "/weldr.cdx.json", sbom);
        tree.bytes(DOC + "/changelog.gz", packed(changelog()));
        tree.bytes("usr/share/man/man8/weldr.8.gz", packed(Files.readString(own("weldr.8"))));
        tree.bytes("usr/share/man/man1/weldrctl.1.gz", packed(Files.readString(own("weldrctl.1"))));
        tree.file("usr/share/lintian/overrides/weldr", own("lintian-overrides"));
        completion(tree, "weldrctl", "usr/share/bash-completion/completions/weldrctl");
        completion(tree, "_weldrctl", "usr/share/zsh/vendor-completions/_weldrctl");
        return tree;
    }

    /** Where shells look for it, if the distribution has it. */
    private void completion(Tree tree, String name, String path) throws IOException {
        Path script = weldr.resolve("share/completion/" + name);
        if (Files.exists(script)) {
            tree.file(path, script);
        }
    }

    /** The unit of the distribution, for the places of the package. */
    private String unit() throws IOException {
        String unit = Files.readString(weldr.resolve("systemd/" + UNIT));
        int begin = unit.indexOf("[Unit]");
        if (begin < 0) {
            throw new IOException(UNIT + " has no section [Unit]");
        }
        unit = "# Change settings with \"systemctl edit weldr\": an upgrade replaces this file.\n"
                + unit.substring(begin);
        unit = replace(unit, "file:/opt/weldr/README.md", "man:weldr(8) file:/" + DOC + "/README.md");
        unit = replace(unit, "/opt/weldr/bin/weldr ", "/" + HOME + "/bin/weldr ");
        return replace(unit, "virtual-ip.conf, beside this file,", "virtual-ip.conf, in /" + HOME + "/systemd,");
    }

    private static String replace(String text, String before, String after) throws IOException {
        int at = text.indexOf(before);
        if (at < 0 || text.indexOf(before, at + 1) >= 0) {
            throw new IOException(UNIT + ": \"" + before + "\" (expected: once, to be replaced by \"" + after + "\")");
        }
        return text.substring(0, at) + after + text.substring(at + before.length());
    }

    private String changelog() throws IOException {
        String date = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(time);
        return "weldr (" + version + ") unstable; urgency=medium\n\n  * See /" + DOC + "/CHANGELOG.md.\n\n -- "
                + maintainer() + "  " + date + "\n";
    }

    private String maintainer() throws IOException {
        return Files.readString(own("control"))
                .lines()
                .filter(line -> line.startsWith("Maintainer: "))
                .findFirst()
                .orElseThrow(() -> new IOException(own("control") + " has no line \"Maintainer: \""))
                .substring("Maintainer: ".length());
    }

    /** A folder of what dpkg reads and runs, without what jdeb adds. */
    private Path control() throws IOException {
        Path control = Files.createDirectories(folder.resolve("control"));
        for (String file : new String[] {"control", "postinst", "prerm", "postrm"}) {
            Files.copy(own(file), control.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        return control;
    }

    private Path own(String file) {
        return sources.resolve("debian").resolve(file);
    }

    private static byte[] packed(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new Best(packed)) {
            out.write(text.getBytes(UTF_8));
        }
        byte[] bytes = packed.toByteArray();
        bytes[8] = 2; // says so, as gzip -9 does and the policy of Debian asks for
        return bytes;
    }

    /** Packs as small as it gets. */
    private static final class Best extends GZIPOutputStream {
        Best(OutputStream to) throws IOException {
            super(to);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }

    /** jdeb tells each step. */
    private static final class Warnings implements Console {
        @Override
        public void debug(String message) {}

        @Override
        public void info(String message) {}

        @Override
        public void warn(String message) {
            System.out.println("[WARNING] " + message);
        }
    }
}
