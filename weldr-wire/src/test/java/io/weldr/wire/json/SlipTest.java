package io.weldr.wire.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SlipTest {
    private static final List<String> WORDS = List.of("ls", "list", "rm", "--weight", "--wait", "-e");

    @Test
    void theNearestWordIsFoundIfThereIsANearOne() {
        assertThat(Slip.nearest("lst", WORDS)).isEqualTo("ls");
        assertThat(Slip.nearest("lits", WORDS)).isEqualTo("list");
        assertThat(Slip.nearest("--wieght", WORDS)).isEqualTo("--weight");
        assertThat(Slip.nearest("-weight", WORDS)).isEqualTo("--weight");
        assertThat(Slip.nearest("--timeout", WORDS)).isNull();
        assertThat(Slip.nearest("frobnicate", WORDS)).isNull();
    }

    @Test
    void twoLettersExchangedAreOneSlip() {
        assertThat(Slip.distance("wieght", "weight")).isEqualTo(1);
        assertThat(Slip.distance("", "abc")).isEqualTo(3);
        assertThat(Slip.distance("abc", "abc")).isZero();
    }
}
