package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRangesTest {

    @Test
    void portsAndRangesAreRead() {
        PortRanges ports = PortRanges.parse("80, 443,1024-65535");
        assertThat(ports).hasToString("80,443,1024-65535");
        assertThat(PortRanges.parse(ports.toString())).isEqualTo(ports);
        assertThat(ports.contains(80)).isTrue();
        assertThat(ports.contains(81)).isFalse();
        assertThat(ports.contains(1023)).isFalse();
        assertThat(ports.contains(1024)).isTrue();
        assertThat(ports.contains(65535)).isTrue();
        assertThat(PortRanges.UNPRIVILEGED).hasToString("1024-65535");
        assertThat(PortRanges.parse("").contains(8080)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "2-1", "1-2-3", "a", "80,", "-", "1-", "-1", "123456", "80;81"})
    void whatIsNoPortIsRefused(String text) {
        assertThatThrownBy(() -> PortRanges.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("port: \"")
                .hasMessageContaining("(expected: a port from 1 to 65535 or a range of them");
    }
}
