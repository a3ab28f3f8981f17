package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualIpTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.100/24, 10.0.0.100/24",
        "192.0.2.1/32, 192.0.2.1/32",
        "2001:DB8:0:0::10/64, 2001:db8::10/64",
        "fd00::1/128, fd00::1/128"
    })
    void isKeptAsTheKernelShowsIt(String given, String cidr) {
        assertThat(VirtualIp.parse(given, "eth0").cidr()).isEqualTo(cidr);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.1",
                "10.0.0.1/",
                "/24",
                "10.0.0.1/33",
                "10.0.0.1/0",
                "10.0.0.1/-1",
                "fd00::1/129",
                "10.0.0/24",
                "host/24",
                "10.0.0.1/24/24",
                "127.0.0.1/8",
                "0.0.0.0/8",
                "224.0.0.1/24",
                "255.255.255.255/32",
                "::1/128",
                "::/64",
                "ff02::1/64",
                "::ffff:10.0.0.1/96",
                "fe80::1%eth0/64",
                "10.0.0.1 dev lo/24"
            })
    void whatCannotMoveIsRefused(String given) {
        assertThatThrownBy(() -> VirtualIp.parse(given, "eth0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"eth0", "bond0.100", "br-lan", "eth0@if3", "_x"})
    void interfacesAreNamedAsTheKernelNamesThem(String name) {
        assertThat(new VirtualIp("10.0.0.1", 24, name).interfaceName()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-all", "eth0 up", "eth0\nlink", "../eth0", "abcdefghijklmnop", "$(x)"})
    void nothingButANameReachesACommandLine(String name) {
        assertThatThrownBy(() -> new VirtualIp("10.0.0.1", 24, name))
                .hasMessageContaining("the name of a network interface");
    }

    @Test
    void settingsAreChecked() {
        VirtualIp address = VirtualIp.parse("10.0.0.1/24", "eth0");
        assertThatThrownBy(() -> settings(List.of(address), Duration.ofMillis(2500)))
                .hasMessage("lifetime: \"2500 ms\" (expected: whole seconds, which is what the kernel counts)");
        assertThatThrownBy(() -> settings(List.of(address), Duration.ZERO))
                .hasMessageContaining("between 1 s and 60 s");
        assertThatThrownBy(
                        () -> settings(List.of(address, VirtualIp.parse("10.0.0.1/32", "eth1")), Duration.ofSeconds(2)))
                .hasMessageContaining("each address once");
        assertThatThrownBy(() -> settings(Collections.nCopies(17, address), Duration.ofSeconds(2)))
                .hasMessage("virtual IPs: 17 (expected: at most 16)");
        assertThatThrownBy(() -> new Hooks(" ", null, Hooks.TIMEOUT_DEFAULT)).hasMessageContaining("hook on active");
        assertThatThrownBy(() -> new Hooks(null, null, Duration.ZERO)).hasMessageContaining("hook timeout");
        assertThat(VirtualIpSettings.none().addresses()).isEmpty();
    }

    private static VirtualIpSettings settings(List<VirtualIp> addresses, Duration lifetime) {
        return new VirtualIpSettings(addresses, lifetime, QuorumLoss.RELEASE, Hooks.none());
    }
}
