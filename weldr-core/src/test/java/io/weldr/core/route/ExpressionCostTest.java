package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionCostTest {
    private static final List<String> ATOMS = List.of(
            "a",
            ".",
            "\\d",
            "\\pL",
            "\\p{Greek}",
            "[a-z]",
            "[^]a]",
            "[[:alpha:]\\pN]",
            "\\x{10FFFF}",
            "\\x41",
            "\\{",
            "\\)",
            "\\Qa(b{9}\\E",
            "[)(]",
            "^",
            "\\b",
            "é",
            "{",
            "{,3}",
            "{x}");

    private static final List<String> REPEATS =
            List.of("", "", "*", "+?", "?", "{3}", "{2,}", "{0,4}", "{1,3}?", "{12}", "{0}", "{00012}");

    private final Random random = new Random(4711);

    private String expression(int depth) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            String atom = depth > 0 && random.nextInt(3) == 0
                    ? any(List.of("(", "(?:", "(?i:", "(?P<name>")) + expression(depth - 1) + ")"
                    : any(ATOMS);
            text.append(atom).append(any(REPEATS)).append(random.nextInt(6) == 0 ? "|" : "");
        }
        return text.toString();
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Otherwise an expression that is taken for a small one could fill the memory. */
    @Test
    void isNeverLessThanWhatTheCompilerMakes() {
        int compiled = 0;
        for (int i = 0; i < 20_000; i++) {
            String expression = expression(3);
            long cost = ExpressionCost.of(expression);
            if (cost > 50_000) {
                continue; // not compiled here either
            }
            int size;
            try {
                size = Pattern.compile(expression).programSize();
            } catch (PatternSyntaxException e) {
                continue;
            }
            compiled++;
            assertThat(size)
                    .as(expression)
                    .isLessThanOrEqualTo((int) cost + 3); // its begin, its end, and "does not match"
        }
        assertThat(compiled).isGreaterThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/[a-z]{2}(-[A-Z]{2})?/.*",
                "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                "(de|en|fr|it|es|pt|nl|pl|cs|sk|hu|ro|bg|el|fi|sv|da|no|et|lv|lt)(-[a-z]+)?(,.*)?",
                "([A-Za-z0-9-]{1,63}\\.){1,4}[a-z]{2,63}",
                "/\\p{L}[\\p{L}\\p{N}_]*",
                ".{1,1000}"
            })
    void leavesRoomForWhatPeopleWrite(String expression) {
        assertThat(new PathMatch(PathMatch.Kind.REGEX, expression).value()).isEqualTo(expression);
    }

    /** Compiling the first one takes all memory there is; the last one brings 33 tables of Unicode. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "((((((a{9}){9}){9}){9}){9}){9}){9}",
                "(?P<a>(?P<b>.{999,}){2,999}){999}",
                "[a-z]{1000}[0-9]{1000}.{1000}",
                "\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL\\PL"
            })
    void anExpressionThatTakesMuchMemoryIsRefusedBeforeItIsCompiled(String expression) {
        assertThatThrownBy(() -> new PathMatch(PathMatch.Kind.REGEX, expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("path.value: \"")
                .hasMessageContaining("an automaton of more than 2048 steps (expected: fewer");
        assertThatThrownBy(() -> new ValueMatch("x-a", ValueMatch.Kind.REGEX, expression))
                .hasMessageContaining("an automaton of more than 2048 steps");
    }

    @Test
    void whatIsNotValidIsStillToldByTheCompiler() {
        for (String broken : List.of("a)", "(", "[a", "a{1001}", "a**", "\\", "\\p{", "\\Q", "(?<")) {
            assertThat(ExpressionCost.of(broken)).as(broken).isLessThan(2048);
        }
        assertThatThrownBy(() -> new PathMatch(PathMatch.Kind.REGEX, "a)")).hasMessageContaining("RE2");
    }
}
