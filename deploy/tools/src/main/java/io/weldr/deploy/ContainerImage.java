package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The container image, in an archive as {@code docker save} writes it. It holds what weldr needs and nothing else: no
 * shell, no package manager. The format is that of Docker, because the OCI image format has no health check.
 */
final class ContainerImage {
    static final int USER = 65532;

    private static final String HOME = "usr/lib/weldr";
    private static final String JAVA = "/" + HOME + "/runtime/bin/java";
    private static final String DATA = "var/lib/weldr";

    /** No file for each JVM in {@code /tmp}, which need not be writable. */
    private static final List<String> JVM_OPTIONS = List.of("-XX:-UsePerfData");

    private final Path weldr;
    private final String version;
    private final Instant time;
    private final Path folder;

    /**
     * @param weldr the distribution with its runtime
     * @param time of all files, and of the image
     * @param folder is made, for files that are needed meanwhile
     */
    ContainerImage(Path weldr, String version, Instant time, Path folder) {
        this.weldr = weldr;
        this.version = version;
        this.time = time;
        this.folder = folder;
    }

    String fileName() {
        return "weldr-" + version + "-image-linux-x64.tar";
    }

    /**
     * Writes the image.
     *
     * @throws IOException a library of this machine is missing, a file cannot be read, or the image cannot be written
     */
    void write(Path to) throws IOException {
        Files.createDirectories(folder);
        try {
            builder()
                    .addFileEntriesLayer(layer("the C library of the machine that built the image", system()))
                    .addFileEntriesLayer(layer("the Java runtime of weldr", runtime()))
                    .addFileEntriesLayer(layer("weldr " + version, programs()))
                    .addFileEntriesLayer(
                            layer("the folder for data", tree("data").folder(DATA, 0700, USER)))
                    .containerize(Containerizer.to(TarImage.at(to).named("weldr:" + version))
                            .setOfflineMode(true)
                            .setBaseImageLayersCache(folder.resolve("base"))
                            .setApplicationLayersCache(folder.resolve("layers")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } catch (ExecutionException
                | RegistryException
                | CacheDirectoryCreationException
                | InvalidImageReferenceException e) {
            throw new IOException(to.getFileName() + " cannot be made", e);
        }
    }

    private JibContainerBuilder builder() throws IOException, InvalidImageReferenceException {
        return Jib.from(TarImage.at(base()))
                .setFormat(ImageFormat.Docker)
                .setCreationTime(time)
                .setUser(USER + ":" + USER)
                .setWorkingDirectory(AbsoluteUnixPath.get("/" + DATA))
                .addVolume(AbsoluteUnixPath.get("/" + DATA))
                .setExposedPorts(Port.tcp(8080), Port.tcp(8687), Port.tcp(8787), Port.tcp(9687))
                .addEnvironmentVariable("PATH", "/" + HOME + "/runtime/bin")
                .setEntrypoint(JAVA, "@/weldr")
                .addLabel("org.opencontainers.image.title", "weldr")
                .addLabel(
                        "org.opencontainers.image.description",
                        "A load balancer that is its own highly available cluster.")
                .addLabel("org.opencontainers.image.version", version)
                .addLabel("org.opencontainers.image.licenses", "Apache-2.0 OR MIT");
    }

    /** An image without files. Jib sets no health check of its own accord, but takes it over from the image below. */
    private Path base() throws IOException {
        Path base = folder.resolve("base.tar");
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(base))) {
            add(tar, "manifest.json", """
                    [{"Config": "config.json", "RepoTags": ["weldr-base:1"], "Layers": []}]
                    """);
            add(tar, "config.json", """
                    {
                      "architecture": "amd64",
                      "os": "linux",
                      "config": {
                        "Healthcheck": {
                          "Test": ["CMD", "%s", "@/weldrctl", "--timeout", "4s", "ready"],
                          "Interval": 10000000000,
                          "Timeout": 5000000000,
                          "StartPeriod": 60000000000,
                          "Retries": 3
                        }
                      },
                      "rootfs": {"type": "layers", "diff_ids": []},
                      "history": []
                    }
                    """.formatted(JAVA));
        }
        return base;
    }

    private static void add(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private Tree tree(String layer) {
        return new Tree(folder.resolve("files-of-" + layer));
    }

    private FileEntriesLayer layer(String name, Tree tree) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        tree.entries().forEach((path, entry) -> {
            if (entry instanceof Tree.Content content) {
                layer.addEntry(fileEntry(content.source(), path, content.mode(), 0));
            } else if (entry instanceof Tree.Folder folderEntry) {
                layer.addEntry(fileEntry(empty, path, folderEntry.mode(), folderEntry.owner()));
            } else {
                throw new IllegalArgumentException(path + " (expected: a file or a folder)");
            }
        });
        return layer.build();
    }

    private FileEntry fileEntry(Path source, String path, int mode, int owner) {
        return new FileEntry(
                source,
                AbsoluteUnixPath.get("/" + path),
                FilePermissions.fromOctalString(Integer.toOctalString(mode)),
                time,
                owner + ":" + owner);
    }

    private Tree runtime() throws IOException {
        return tree("runtime").all(HOME + "/runtime", weldr.resolve("runtime"));
    }

    private Tree system() throws IOException {
        Tree tree = tree("system");
        for (Path library : Libraries.of(weldr, folder.resolve("ldd.out"))) {
            tree.file(library.toString().substring(1), library.toRealPath());
        }
        tree.text(
                "etc/passwd",
                "root:x:0:0:root:/root:/sbin/nologin\nweldr:x:" + USER + ":" + USER + ":weldr:/" + DATA
                        + ":/sbin/nologin\n");
        tree.text("etc/group", "root:x:0:\nweldr:x:" + USER + ":\n");
        tree.text("etc/nsswitch.conf", "hosts: files dns\n");
        tree.folder("etc/weldr", 0755, 0);
        tree.folder("tmp", 0777, 0);
        tree.folder("var/lib", 0755, 0);
        Path release = Path.of("/etc/os-release");
        if (Files.exists(release)) {
            // Says which system the C library is from.
            tree.file("etc/os-release", release.toRealPath());
        }
        Path licence = Path.of("/usr/share/doc/libc6/copyright");
        if (Files.exists(licence)) {
            tree.file("usr/share/doc/libc6/copyright", licence);
        }
        return tree;
    }

    private Tree programs() throws IOException {
        Tree tree = tree("programs").all(HOME + "/lib", weldr.resolve("lib"));
        for (String text : List.of("LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md")) {
            tree.file(HOME + "/" + text, weldr.resolve(text));
        }
        CommandLines lines = new CommandLines(weldr, folder.resolve("command-lines"));
        for (String program : List.of("weldr", "weldrctl", "weldr-testserver")) {
            tree.text(program, lines.file(program, "/" + HOME, JVM_OPTIONS));
        }
        return tree;
    }
}
