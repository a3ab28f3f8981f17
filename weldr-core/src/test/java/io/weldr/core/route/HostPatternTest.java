package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {
    @ParameterizedTest
    @ValueSource(strings = {"shop.example.com", "*.example.com", "*.a.b.c.d", "a.b.c.d", "192.0.2.1", "[2001:db8::1]"})
    void readsWhatItWrites(String text) {
        assertThat(HostPattern.parse(text)).hasToString(text);
    }

    @Test
    void aWildcardHasANameBehindIt() {
        assertThatThrownBy(() -> HostPattern.parse("*.192.0.2.1")).hasMessageContaining("a name behind the wildcard");
        assertThatThrownBy(() -> HostPattern.parse("*.[::1]")).hasMessageContaining("a name behind the wildcard");
        assertThatThrownBy(() -> HostPattern.parse("*")).hasMessageContaining("*. in front of it");
        assertThatThrownBy(() -> HostPattern.parse("a.*.com")).hasMessageContaining("*. in front of it");
    }
}
