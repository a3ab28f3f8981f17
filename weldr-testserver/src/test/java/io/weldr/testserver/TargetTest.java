package io.weldr.testserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void pathAndQueryOfOriginFormAndAbsoluteForm() {
        assertThat(Target.of("/a/b?x=1&y&z=a=b")).isEqualTo(new Target("/a/b", Map.of("x", "1", "y", "", "z", "a=b")));
        assertThat(Target.of("http://host:1/a?x=1")).isEqualTo(new Target("/a", Map.of("x", "1")));
        assertThat(Target.of("http://host").path()).isEqualTo("/");
        assertThat(Target.of("/go?to=http://host/").path()).isEqualTo("/go");
        assertThat(Target.of("*").path()).isEqualTo("*");
    }

    @Test
    void aNumberOutOfRangeIsToldWithWhatWasExpected() {
        assertThat(Target.of("/?n=7").number("n", 1, 9)).isEqualTo(7);
        assertThat(Target.of("/").number("n", 1, 9)).isEqualTo(1);
        for (String wrong : new String[] {"10", "-1", "+1", "x", "", "99999999999999999999"}) {
            assertThatThrownBy(() -> Target.number("n", wrong, 9))
                    .isInstanceOf(Target.BadRequest.class)
                    .hasMessage("n: " + wrong + " (expected: a number from 0 to 9)");
        }
    }
}
