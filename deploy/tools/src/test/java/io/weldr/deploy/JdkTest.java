package io.weldr.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkTest {
    @TempDir
    private Path machine;

    @Test
    void theOneOfJavaHomeGoesBeforeTheOthers() throws Exception {
        Path ours = jdk("home", "25.0.1");
        jdk("jvm/other", "25.0.2");
        assertThat(find(ours.toString())).hasValueSatisfying(jdk -> {
            assertThat(jdk.home()).isEqualTo(ours);
            assertThat(jdk.version()).isEqualTo("25.0.1");
            assertThat(jdk.foundBy()).isEqualTo("JAVA_HOME");
        });
    }

    @Test
    void aToolchainOfMavenCounts() throws Exception {
        Path ours = jdk("elsewhere", "25.0.1");
        Files.writeString(toolchains(), """
                <toolchains><toolchain><type>jdk</type><provides><version>25</version></provides>
                <configuration><jdkHome>%s</jdkHome></configuration></toolchain></toolchains>
                """.formatted(ours));
        assertThat(find(null)).hasValueSatisfying(jdk -> assertThat(jdk.home()).isEqualTo(ours));
    }

    @Test
    void otherVersionsAndFoldersWithoutJlinkDoNotCount() throws Exception {
        Path older = jdk("jvm/java-21", "21.0.5");
        jdk("jvm/java-26", "26");
        Files.delete(jdk("jvm/java-25-jre", "25.0.2").resolve("bin/jlink"));
        Files.createDirectories(machine.resolve("jvm/empty"));
        Path ours = jdk("jvm/temurin-25", "25.0.3");
        assertThat(find(older.toString()))
                .hasValueSatisfying(jdk -> assertThat(jdk.home()).isEqualTo(ours));
    }

    @Test
    void toolchainsThatAreNoXmlAreNamed() throws Exception {
        Files.writeString(toolchains(), "jdkHome: /usr");
        assertThatThrownBy(() -> find(null)).isInstanceOf(IOException.class).hasMessageContaining("toolchains.xml");
    }

    /** With the JDK of this build left out of consideration, whichever it is. */
    private Optional<Jdk> find(@Nullable String javaHome) throws IOException {
        return Jdk.find(javaHome, machine.resolve("nothing"), toolchains(), machine.resolve("jvm"));
    }

    private Path toolchains() {
        return machine.resolve("toolchains.xml");
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = machine.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        assertThat(Files.writeString(home.resolve("bin/jlink"), "").toFile().setExecutable(true))
                .isTrue();
        return home;
    }
}
