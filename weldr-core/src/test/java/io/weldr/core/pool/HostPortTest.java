package io.weldr.core.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, 127.0.0.1:80",
        "Example.COM:8080, example.com:8080",
        "my_host-1.internal:1, my_host-1.internal:1",
        "[::1]:65535, [::1]:65535",
        "[2001:0DB8:0:0:0:0:0:1]:80, [2001:db8::1]:80",
        "[1:0:0:2:0:0:0:3]:80, [1:0:0:2::3]:80",
        "[1:0:2:3:4:5:6:7]:80, [1:0:2:3:4:5:6:7]:80",
        "[::ffff:192.0.2.1]:80, [::ffff:c000:201]:80",
        "[::]:80, [::]:80",
        "[fe80::]:80, [fe80::]:80",
    })
    void readsAndWritesOneCanonicalForm(String given, String canonical) {
        HostPort address = HostPort.parse(given);
        assertThat(address).hasToString(canonical);
        assertThat(HostPort.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "host",
                "host:",
                "host:0",
                "host:65536",
                "host:-1",
                "host:8a",
                "host:080000",
                "::1:80",
                "[::1:80",
                "[::1]80",
                "[1::2::3]:80",
                "[1:2:3]:80",
                "[12345::]:80",
                "[::g]:80",
                "[fe80::1%eth0]:80",
                "[127.0.0.1]:80",
                "256.0.0.1:80",
                "1.2.3:80",
                "010.0.0.1:80",
                "-a:80",
                "a-:80",
                "a..b:80",
                "a b:80",
                "a/b:80",
                "u@h:80",
                "h\u0000:80",
                "ü:80"
            })
    void refusesWhatIsNoAddress(String given) {
        assertThatThrownBy(() -> HostPort.parse(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: ");
    }

    @Test
    void fillsInADefaultPortOnlyIfThereIsOne() {
        assertThat(HostPort.parse("[::1]", 80)).hasToString("[::1]:80");
        assertThat(HostPort.parse("h", 443)).hasToString("h:443");
        assertThatThrownBy(() -> HostPort.parse("h")).hasMessage("address: \"h\" (expected: host:port)");
    }

    @Test
    void knowsALiteralFromAName() {
        assertThat(HostPort.parse("[::1]:1").isLiteral()).isTrue();
        assertThat(HostPort.parse("10.0.0.1:1").isLiteral()).isTrue();
        assertThat(HostPort.parse("a1:1").isLiteral()).isFalse();
        assertThat(HostPort.parse("a.b.c.d:1").isLiteral()).isFalse();
        assertThat(HostPort.parse("[::1]:1").uriHost()).isEqualTo("[::1]");
    }
}
