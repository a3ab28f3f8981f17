package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SysfsLinksTest {
    /** TEST-NET-3: no interface has it. */
    private static final VirtualIp ADDRESS = VirtualIp.parse("203.0.113.77/32", "eth0");

    @TempDir
    private Path folder;

    private SysfsLinks links() {
        return new SysfsLinks(folder, name -> name.equals("lan") ? 7 : 0);
    }

    private void show(String operstate, String carrier) throws IOException {
        Path shown = Files.createDirectories(folder.resolve("eth0"));
        Files.writeString(shown.resolve("operstate"), operstate + "\n");
        Files.writeString(shown.resolve("ifindex"), "7\n");
        if (!carrier.equals("-")) {
            Files.writeString(shown.resolve("carrier"), carrier + "\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "up, 1,",
        "unknown, 1,",
        "down, 0, interface eth0 has no carrier",
        "lowerlayerdown, 0, interface eth0 has no carrier",
        "down, -, interface eth0 is set down", // the kernel does not let it be read
        "dormant, 1, interface eth0 is dormant",
    })
    void theStateOfTheKernelIsSaidInWords(String operstate, String carrier, @Nullable String fault) throws IOException {
        show(operstate, carrier);
        assertThat(links().fault(ADDRESS, false)).isEqualTo(fault);
    }

    @Test
    void anInterfaceMayBeGone() {
        assertThat(links().fault(ADDRESS, false)).isEqualTo("interface eth0 does not exist");
    }

    @Test
    void anInterfaceMayHaveAnotherName() throws IOException {
        VirtualIp alternative = VirtualIp.parse("203.0.113.77/32", "lan");
        show("up", "1");
        assertThat(links().fault(alternative, false)).isNull();
        show("down", "0");
        assertThat(links().fault(alternative, false)).isEqualTo("interface lan has no carrier");
    }

    @Test
    void withoutTheFileSystemNothingIsKnown() {
        assertThat(new SysfsLinks(folder.resolve("none"), name -> 0).fault(ADDRESS, false))
                .isNull();
    }

    @Test
    void aHolderMustHaveTheAddress() throws IOException {
        show("up", "1");
        assertThat(links().fault(ADDRESS, true))
                .isEqualTo("the kernel does not have 203.0.113.77, which this node holds");
    }
}
