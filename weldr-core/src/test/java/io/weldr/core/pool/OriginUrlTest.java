package io.weldr.core.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:12345, http://127.0.0.1:12345",
        "HTTP://Host/, http://host:80",
        "https://[::1], https://[::1]:443",
    })
    void readsUrls(String given, String canonical) {
        assertThat(OriginUrl.parse(given)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:80",
                "ftp://h",
                "://h",
                "http://",
                "http://h:0",
                "http://h:99999",
                "http://u:p@h:1",
                "http://h/a",
                "http://h?x",
                "http://h#f",
                "http:// h",
                "http://h:1/ ",
                "http://[::1",
                "javascript:alert(1)"
            })
    void refusesTheRestAndSaysWhy(String given) {
        assertThatThrownBy(() -> OriginUrl.parse(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("url: ")
                .hasMessageContaining("expected: ");
    }

    @Test
    void quotesAtMostALineOfWhatItFound() {
        assertThatThrownBy(() -> OriginUrl.parse("x".repeat(10_000) + "\n"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250).doesNotContain("\n"));
    }
}
