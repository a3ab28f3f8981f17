package io.weldr.core.route;

/**
 * How large the automaton of an RE2 expression becomes, told by its text alone: {@code ((a{1000}){1000}){1000}} is
 * short, and compiling it takes all memory there is. One unit is one step of the automaton, some 60 bytes of memory and
 * at most one comparison for each character of the text that is matched. Counts too much rather than too little, and
 * knows nothing of whether the expression is valid. Pure.
 */
final class ExpressionCost {
    /** A class of Unicode brings a table of its own of up to 4 KiB. */
    private static final long UNICODE_CLASS = 64;

    /** More than any limit, and far from an overflow when it is multiplied by a repetition. */
    private static final long MOST = 1L << 40;

    private final String text;
    private int at;

    private ExpressionCost(String text) {
        this.text = text;
    }

    static long of(String expression) {
        ExpressionCost cost = new ExpressionCost(expression);
        long sum = 0;
        while (cost.at < expression.length()) { // a bracket that closes nothing is refused by the compiler
            sum = capped(sum + cost.group() + 1);
        }
        return sum;
    }

    private static long capped(long cost) {
        return Math.min(cost, MOST);
    }

    /** Up to the end of the text, or behind the bracket that closes the group. */
    private long group() {
        long sum = 0;
        long last = 0; // what a repetition repeats; part of the sum
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == ')') {
                return sum;
            }
            long copies = c == '{' ? copies() : 0;
            if (copies > 0) {
                sum -= last;
                last = capped((last + 1) * copies);
            } else {
                last = switch (c) {
                    case '(' -> group() + 2; // its flags or its name are counted, too
                    case '[' -> characterClass();
                    case '\\' -> escape();
                    case '*', '+', '?' -> {
                        sum -= last;
                        yield last + 1;
                    }
                    default -> 1;
                };
            }
            sum = capped(sum + last);
        }
        return sum;
    }

    /**
     * How often {@code {n}}, {@code {n,}} or {@code {n,m}} copies what stands before it, at least once; 0: it is a
     * text.
     */
    private long copies() {
        int end = text.indexOf('}', at);
        if (end < 0 || end - at > 9) {
            return 0; // RE2 refuses numbers of more than four digits
        }
        String[] numbers = text.substring(at, end).split(",", -1);
        long most = 1;
        for (int i = 0; i < numbers.length; i++) {
            boolean open = i == 1 && numbers[i].isEmpty();
            if (i > 1 || !(open || numbers[i].matches("[0-9]{1,4}"))) {
                return 0;
            }
            most = Math.max(most, open ? 1 : Long.parseLong(numbers[i]));
        }
        at = end + 1;
        return most;
    }

    /** Behind the bracket that opens it. */
    private long characterClass() {
        long cost = 1;
        if (at < text.length() && text.charAt(at) == '^') {
            at++;
        }
        for (boolean first = true; at < text.length(); first = false) {
            char c = text.charAt(at++);
            if (c == ']' && !first) {
                break;
            }
            if (c == '\\') {
                cost = capped(cost + escape() - 1);
            } else if (text.startsWith("[:", at - 1) && text.indexOf(":]", at) >= 0) {
                at = text.indexOf(":]", at) + 2;
            }
        }
        return cost;
    }

    /** Behind the backslash. */
    private long escape() {
        if (at == text.length()) {
            return 1;
        }
        char c = text.charAt(at++);
        boolean named = c == 'p' || c == 'P';
        if (c == 'Q') {
            int end = text.indexOf("\\E", at);
            int from = at;
            at = end < 0 ? text.length() : end + 2;
            return 1L + at - from;
        }
        if ((named || c == 'x') && at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        } else if (named && at < text.length()) {
            at++;
        }
        return named ? UNICODE_CLASS : 1;
    }
}
