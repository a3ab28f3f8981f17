package io.weldr.it.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintedTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "created a at revision 7 | created a at revision 1234",
                "n1  leader*   3  32  0  5s  0.1.0 | n1  follower  14  7  9  1m 31s  0.1.0-SNAPSHOT",
                "made a cluster secret, fingerprint 8875dea7 | made a cluster secret, fingerprint 00a1b2c3",
                "passed in 867 ms | passed in 1.2 s",
                "updated ... (new version) | updated, enabled -> draining (new version)"
            })
    void figuresDiffer(String shown, String actual) {
        assertThat(Printed.agrees(List.of(shown), List.of(actual))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "created a | created b",
                "created a | updated a",
                "updated ... (new version) | updated, enabled -> draining (other)"
            })
    void wordsDoNot(String shown, String actual) {
        assertThat(Printed.agrees(List.of(shown), List.of(actual))).isFalse();
    }

    @Test
    void threeDotsAreAnyLines() {
        List<String> actual = List.of("a", "b", "c");
        assertThat(Printed.agrees(List.of("a", "..."), actual)).isTrue();
        assertThat(Printed.agrees(List.of("...", "c"), actual)).isTrue();
        assertThat(Printed.agrees(List.of("a", "...", "b"), actual)).isFalse();
        assertThat(Printed.agrees(List.of("a", "b"), actual)).isFalse();
        assertThat(Printed.agrees(List.of(), actual)).isTrue();
    }
}
