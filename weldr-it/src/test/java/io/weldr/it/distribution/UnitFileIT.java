package io.weldr.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.it.distribution.Script.Ended;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unit file for systemd, as systemd reads it. systemd itself is not needed, only its program
 * {@code systemd-analyze}.
 */
class UnitFileIT {
    private static final Path SHIPPED = Path.of("../deploy/src/systemd");

    /** Times ten, as {@code --threshold} counts. Below 5 is "OK" in the words of systemd; most services are above 9. */
    private static final int EXPOSURE_MAX = 24;

    /** Marks in ASCII. */
    private static final Map<String, String> PLAIN = Map.of("LC_ALL", "C");

    /** {@code --offline} is there from 250 on. */
    private static final Pattern USABLE = Pattern.compile("systemd (2[5-9]\\d|[3-9]\\d\\d)\\b.*", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsItsProgram() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "systemd-analyze"))),
                "systemd-analyze, of the package systemd");
        String version =
                Script.run(List.of("systemd-analyze", "--version"), PLAIN).out();
        assumeTrue(USABLE.matcher(version).matches(), "systemd-analyze of systemd 250 or later, not " + version);
    }

    @Test
    void leavesTheProcessLittleThatItDoesNotNeed() throws Exception {
        check("weldr.service");
        check("weldr.service", "low-ports.conf");
        check("weldr.service", "virtual-ip.conf");
        check("weldr.service", "low-ports.conf", "virtual-ip.conf");
    }

    private void check(String unit, String... additions) throws IOException, InterruptedException {
        Path copied = Files.createTempDirectory(folder, "unit");
        Path service = Files.copy(SHIPPED.resolve(unit), copied.resolve(unit));
        Path dropIns = Files.createDirectory(copied.resolve(unit + ".d"));
        for (String addition : additions) {
            Files.copy(SHIPPED.resolve(addition), dropIns.resolve(addition));
        }
        Ended ended = Script.run(
                List.of(
                        "systemd-analyze",
                        "security",
                        "--no-pager",
                        "--offline=true",
                        "--threshold=" + EXPOSURE_MAX,
                        service.toString()),
                PLAIN);
        assertThat(ended.exit())
                .as("%s %s: %s", unit, List.of(additions), ended)
                .isZero();
        assertThat(ended.out()).contains("Overall exposure level");
        assertThat(ended.err()).as("what systemd does not understand").isEmpty();
        if (additions.length == 0) {
            assertThat(ended.out().lines())
                    .filteredOn(line -> line.contains("CapabilityBoundingSet="))
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("+"), "no capability");
        }
    }
}
