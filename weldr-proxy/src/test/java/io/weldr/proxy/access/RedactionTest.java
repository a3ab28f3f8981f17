package io.weldr.proxy.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    private static String copied(Redaction redaction, String from, int max) {
        byte[] to = new byte[2000];
        byte[] bytes = from.getBytes(US_ASCII);
        int length = redaction.copy(bytes, 0, bytes.length, to, 0, max);
        return new String(to, 0, length, US_ASCII);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a /a",
                "/a? /a?",
                "/token=1 /token=1",
                "/a?token=1 /a?token=***",
                "/a?token= /a?token=***",
                "/a?token /a?token",
                "/a?x=1&token=2&y=3 /a?x=1&token=***&y=3",
                "/a?x=1;token=2 /a?x=1;token=***",
                "/a?TOKEN=1 /a?TOKEN=***",
                "/a?%74oken=1 /a?%74oken=***",
                "/a?%54OKE%4e=1 /a?%54OKE%4e=***",
                "/a?tokens=1 /a?tokens=1",
                "/a?toke=1 /a?toke=1",
                "/a?token=a=b&c /a?token=***&c",
                "/a?token=1?token=2 /a?token=***",
                "/a?&&token=1&& /a?&&token=***&&",
                "/a?%7 /a?%7",
                "/a?api-key=7 /a?api-key=***"
            })
    void valuesOfNamedParametersAreReplaced(String from, String expected) {
        assertThat(copied(new Redaction(List.of("token", "Api-Key")), from, 2000))
                .isEqualTo(expected);
    }

    @Test
    void allMeansAll() {
        assertThat(copied(new Redaction(List.of("*")), "/a?b=1&c=2&d", 2000)).isEqualTo("/a?b=***&c=***&d");
    }

    @Test
    void noMoreThanTheMostIsCopied() {
        Redaction redaction = new Redaction(List.of("t"));
        String from = "/a?t=secret&u=" + "x".repeat(100);
        String whole = copied(redaction, from, 2000);
        for (int max = 0; max <= whole.length(); max++) {
            assertThat(copied(redaction, from, max)).isEqualTo(whole.substring(0, max));
        }
        assertThat(copied(Redaction.NONE, from, 5)).isEqualTo(from.substring(0, 5));
    }
}
