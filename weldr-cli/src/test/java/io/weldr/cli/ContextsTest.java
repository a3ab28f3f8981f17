package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextsTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsKeptIsReadBackAndIsForItsOwnerAlone() throws IOException {
        Path file = Contexts.file(Map.of("XDG_CONFIG_HOME", folder.toString()));
        assertThat(file).isEqualTo(folder.resolve("weldr/config.yaml"));
        Contexts contexts = Contexts.read(file);
        assertThat(contexts.get(null)).isEmpty();
        contexts.all()
                .put(
                        "prod",
                        Map.of(
                                Contexts.ENDPOINT, "10.0.0.1:8787,[::1]:8787",
                                Contexts.TOKEN_FILE, "/home/ann/my token",
                                Contexts.TLS, true));
        contexts.use("prod");
        contexts.write();
        assertThat(Files.getPosixFilePermissions(file).toString()).doesNotContain("GROUP", "OTHERS");
        Contexts again = Contexts.read(file);
        assertThat(again.current()).isEqualTo("prod");
        assertThat(again.get(null)).isEqualTo(contexts.get("prod"));
        again.all().clear();
        again.use(null);
        again.write();
        assertThat(Contexts.read(file).current()).isNull();
        try (var files = Files.list(file.getParent())) {
            assertThat(files.toList()).hasSize(1);
        }
    }

    @Test
    void withoutTheVariableItIsBelowTheHomeFolder() {
        assertThat(Contexts.file(Map.of("HOME", "/home/ann")))
                .isEqualTo(Path.of("/home/ann/.config/weldr/config.yaml"));
    }

    @Test
    void whatMakesNoSenseIsRefusedWithItsPlace() throws IOException {
        for (String text : List.of(
                "curent: prod",
                "contexts: {prod: {endpoints: a:1}}",
                "contexts: {prod: {endpoint: 7}}",
                "contexts: {prod: a:1}",
                "contexts: {prod: {tls: maybe}}",
                "contexts: {prod: {token: weldr_abc}}",
                "- a")) {
            Path file = Files.writeString(folder.resolve("config.yaml"), text);
            assertThatThrownBy(() -> Contexts.read(file))
                    .as(text)
                    .isInstanceOfSatisfying(
                            CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                    .hasMessageContaining("config.yaml");
        }
    }

    @Test
    void aContextThatIsNotThereIsNamed() {
        Contexts contexts = Contexts.read(folder.resolve("config.yaml"));
        contexts.all().put("prod", Map.of(Contexts.ENDPOINT, "a:1"));
        assertThatThrownBy(() -> contexts.get("prd"))
                .hasMessageContaining("there is no context prd")
                .hasMessageContaining("one of prod");
    }
}
