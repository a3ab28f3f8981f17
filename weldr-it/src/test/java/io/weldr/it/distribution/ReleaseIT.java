package io.weldr.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.distribution.Script.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lies beside the archives: check sums and the list of components. */
class ReleaseIT {
    @Test
    void eachFileHasItsCheckSum() throws Exception {
        Path components = Built.file("weldr-*.cdx.json");
        List<Path> files;
        try (Stream<Path> all = Files.list(Built.FOLDER)) {
            files = all.filter(file -> file.getFileName().toString().matches(".*\\.(tar\\.gz|tar|deb|cdx\\.json)"))
                    .toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(2).contains(components);
        for (Path file : files) {
            Ended checked = Script.run(
                    List.of(
                            "sh",
                            "-c",
                            "cd \"$1\" && sha256sum --check --strict \"$2.sha256\"",
                            "sh",
                            Built.FOLDER.toString(),
                            file.getFileName().toString()),
                    Map.of("LC_ALL", "C"));
            assertThat(checked.exit()).as("%s", checked).isZero();
            assertThat(checked.out()).isEqualTo(file.getFileName() + ": OK\n");
        }
    }

    @Test
    void theComponentsAreThoseOfTheDistribution() throws Exception {
        JsonNode list =
                new ObjectMapper().readTree(Built.file("weldr-*.cdx.json").toFile());
        assertThat(list.path("bomFormat").asText()).isEqualTo("CycloneDX");
        Set<String> listed = new HashSet<>();
        list.path("components")
                .forEach(each -> listed.add(
                        each.path("name").asText() + "-" + each.path("version").asText()));
        Set<String> shipped;
        try (Stream<Path> all = Files.list(Built.FOLDER.resolve("weldr/lib"))) {
            shipped = all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .map(name -> name.replaceFirst("\\.jar$", "")
                            .replaceFirst("-(linux|osx|windows)-(x86_64|aarch_64)$", ""))
                    .collect(Collectors.toSet());
        }
        Path release = Built.FOLDER.resolve("weldr/runtime/release");
        if (Files.exists(release)) {
            shipped.add(Files.readString(release)
                    .lines()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceFirst("JAVA_VERSION=\"(.*)\"", "OpenJDK-$1"))
                    .findFirst()
                    .orElseThrow());
        }
        assertThat(listed).isEqualTo(shipped);
    }
}
