package io.weldr.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.harness.PowerLossDisk.Names;
import io.weldr.it.harness.PowerLossDisk.Unforced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk that loses power loses what it should, and nothing else. */
class PowerLossDiskIT {
    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void needACompiler() {
        String unavailable = PreloadedLibrary.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
        root = folder.resolve("data");
    }

    @Test
    void whatWasForcedSurvivesAndTheRestDoesNot() throws Exception {
        PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
        run(disk, "append a one", "force a", "append a two", "append b three");
        String lost = disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEqualTo(Map.of("a", "one"));
        assertThat(lost).isEqualTo("new b, a from 3");

        run(disk, "append a four");
        disk.losePower(Unforced.KEPT, new Random(1));
        assertThat(files()).as("after a kill alone").isEqualTo(Map.of("a", "onefour"));
    }

    @Test
    void aRenameSurvivesWithItsFolder() throws Exception {
        PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
        run(disk, "append a old", "append t new", "force a", "force t", "move t a");
        disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEqualTo(Map.of("a", "old", "t", "new"));

        run(disk, "move t a", "force .");
        disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEqualTo(Map.of("a", "new"));
    }

    @Test
    void aDeletedFileIsBackUnlessSomethingWasForcedLater() throws Exception {
        PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
        run(disk, "append a one", "force a", "append b two", "force b", "delete a");
        disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEqualTo(Map.of("a", "one", "b", "two"));

        run(disk, "delete a", "append b three", "force b");
        disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEqualTo(Map.of("b", "twothree"));
    }

    @Test
    void whatElseAForcedFileBringsDependsOnTheDisk() throws Exception {
        String[] commands = {"append b two", "force b", "force .", "folder f", "move b c", "append f/a one", "force f/a"
        };
        assertThat(afterLoss(Names.IN_ORDER, commands)).isEqualTo(Map.of("f/a", "one", "c", "two"));
        assertThat(afterLoss(Names.OWN_NAME, commands)).isEqualTo(Map.of("f/a", "one", "b", "two"));
        assertThat(afterLoss(Names.CONTENT_ALONE, commands)).isEqualTo(Map.of("b", "two"));
    }

    private Map<String, String> afterLoss(Names names, String... commands) throws IOException {
        root = folder.resolve(names.name());
        run(PowerLossDisk.at(root, names), commands).losePower(Unforced.LOST, new Random(1));
        return files();
    }

    /** By the seed: none, all, or some of it. */
    @Test
    void whatWasNotForcedMaySurvive() throws Exception {
        Set<Map<String, String>> seen = new HashSet<>();
        String page = "x".repeat(4096);
        for (int seed = 0; seed < 12; seed++) {
            root = folder.resolve("data" + seed);
            PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
            run(disk, "append a " + page, "force a", "append a " + page, "append a " + page, "append b two");
            disk.losePower(Unforced.EITHER, new Random(seed));
            assertThat(files().get("a")).startsWith(page);
            seen.add(files());
        }
        assertThat(seen).hasSizeGreaterThan(3);
    }

    /** Otherwise a cluster could not fail on it, and what passes proves nothing. */
    @Test
    void aDiskThatLiesLosesWhatWasForced() throws Exception {
        PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
        disk.lie();
        run(disk, "append a one", "force a", "force .");
        disk.losePower(Unforced.LOST, new Random(1));
        assertThat(files()).isEmpty();
    }

    @Test
    void aProcessIsHaltedBetweenTwoSteps() throws Exception {
        PowerLossDisk disk = PowerLossDisk.at(root, Names.IN_ORDER);
        disk.haltAt("before-rename", "*.md5");
        Process halted = start(disk, "append t one", "move t other", "append u two", "move u b.md5");
        disk.awaitHalted();
        assertThat(files()).isEqualTo(Map.of("other", "one", "u", "two"));
        halted.destroyForcibly().onExit().join();
        disk.goOn();

        disk.haltAt("half-write", "a");
        Process half = start(disk, "append a abcdef");
        disk.awaitHalted();
        assertThat(files()).containsEntry("a", "abc");
        disk.goOn();
        awaitDone(half);
    }

    private static Process start(PowerLossDisk disk, String... commands) throws IOException {
        List<String> command = new ArrayList<>(Run.javaHere("-Xshare:auto"));
        command.addAll(List.of(DiskUser.class.getName(), disk.root().toString()));
        command.addAll(List.of(commands));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(disk.environment());
        return builder.start();
    }

    private static PowerLossDisk run(PowerLossDisk disk, String... commands) throws IOException {
        awaitDone(start(disk, commands));
        return disk;
    }

    private static void awaitDone(Process process) throws IOException {
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("done");
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(Files::isRegularFile).forEach(file -> {
                try {
                    files.put(root.relativize(file).toString(), Files.readString(file));
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
        }
        return files;
    }
}
