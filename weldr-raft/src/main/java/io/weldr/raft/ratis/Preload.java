package io.weldr.raft.ratis;

import io.weldr.raft.RaftSettings;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.server.impl.ServerImplUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that a node first needs when it takes leadership over. A follower may run for weeks without them, and then hundreds would be
 * found and parsed one by one while nobody leads. They are loaded and not initialized: two threads that initialize classes which need each other wait for
 * each other for ever, and Ratis starts beside this.
 */
public final class Preload {
    private static final Logger LOG = LoggerFactory.getLogger(Preload.class);

    /** One class of each place, and what is loaded there. */
    record Source(Class<?> of, List<String> packages) {}

    static final List<Source> SOURCES = List.of(
            new Source(
                    ServerImplUtils.class,
                    List.of(
                            "org.apache.ratis.server.impl",
                            "org.apache.ratis.server.leader",
                            "org.apache.ratis.server.raftlog",
                            "org.apache.ratis.server.raftlog.segmented")),
            new Source(GrpcLogAppender.class, List.of("org.apache.ratis.grpc.server")),
            new Source(
                    RaftSettings.class,
                    List.of(
                            "io.weldr.raft.lead",
                            "io.weldr.raft.member",
                            "io.weldr.raft.ratis",
                            "io.weldr.raft.write")));

    private Preload() {}

    /** Begins, on a thread of its own. Returns at once. */
    public static void begin() {
        Thread thread = new Thread(Preload::run, "weldr-raft-preload");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run() {
        long began = System.nanoTime();
        int count = SOURCES.stream().mapToInt(Preload::load).sum();
        LOG.debug("{} classes are ready for a fail-over, after {} ms", count, (System.nanoTime() - began) / 1_000_000);
    }

    /** How many classes there are. */
    static int load(Source source) {
        int count = 0;
        for (String name : names(source)) {
            try {
                Class.forName(name, false, source.of().getClassLoader());
                count++;
            } catch (ClassNotFoundException | LinkageError e) {
                LOG.debug("Not loaded ahead of time: {}", name, e); // for something that is not on the class path
            }
        }
        return count;
    }

    private static List<String> names(Source source) {
        CodeSource code = source.of().getProtectionDomain().getCodeSource();
        if (code == null) {
            return List.of();
        }
        try {
            Path place = Path.of(code.getLocation().toURI());
            return classFiles(place)
                    .filter(file -> file.endsWith(".class"))
                    .map(file -> file.substring(0, file.length() - ".class".length())
                            .replace(File.separatorChar, '.')
                            .replace('/', '.'))
                    .filter(name -> source.packages().contains(name.substring(0, Math.max(0, name.lastIndexOf('.')))))
                    .toList();
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            LOG.debug("Nothing is loaded ahead of time from {}", code.getLocation(), e);
            return List.of();
        }
    }

    private static Stream<String> classFiles(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> files = Files.walk(place)) {
                return files.map(file -> place.relativize(file).toString()).toList().stream();
            }
        }
        try (JarFile jar = new JarFile(place.toFile())) {
            return jar.stream().map(entry -> entry.getName()).toList().stream();
        }
    }
}
