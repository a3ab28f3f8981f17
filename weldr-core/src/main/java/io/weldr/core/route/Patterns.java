package io.weldr.core.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.weldr.core.Check;

/**
 * Regular expressions of routes: RE2 syntax, so that the time of a match is linear in the text, whatever the
 * expression.
 */
final class Patterns {
    /** Enough for a list of languages; the automaton of a longer one takes megabytes. */
    private static final int CHARS_MAX = 512;

    /**
     * Steps of the automaton of one expression: 120 KiB. The worst expression of that size holds an event loop for 0.4
     * s with a path of 16 KiB. Without repetitions, {@value #CHARS_MAX} characters take fewer.
     */
    static final int COST_MAX = 2048;

    private Patterns() {}

    static Pattern compile(String expression) {
        return Pattern.compile(expression);
    }

    static void check(String field, String expression) {
        Check.that(
                expression.length() <= CHARS_MAX,
                field,
                expression,
                "an expression of at most " + CHARS_MAX + " characters");
        // Before it is compiled: what is too large may take all memory there is.
        if (ExpressionCost.of(expression) > COST_MAX) {
            throw new IllegalArgumentException(field + ": " + Check.quote(expression)
                    + ": an automaton of more than " + COST_MAX
                    + " steps (expected: fewer, by smaller or fewer repetitions and classes)");
        }
        try {
            compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    field + ": " + Check.quote(expression) + ": " + e.getDescription()
                            + " (expected: an RE2 regular expression)",
                    e);
        }
    }
}
