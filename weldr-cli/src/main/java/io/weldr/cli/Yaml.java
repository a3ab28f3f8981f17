package io.weldr.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, words, numbers and truth values as YAML 1.2. Pure. A text that another reader could take for
 * anything else is in quotes.
 */
final class Yaml {
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z_/][A-Za-z0-9_/.@-]*( [A-Za-z0-9_/.@-]+)*|[0-9]+(ms|s|m|h)");

    /** YAML 1.1 takes these for truth values, numbers and nulls. */
    private static final Pattern RESERVED = Pattern.compile("(?i)true|false|yes|no|on|off|y|n|null|\\.?nan|\\.inf");

    /** A line that stands as it is between others. */
    private static final Pattern LINE = Pattern.compile("[!-~]([ -~]*[!-~])?");

    private Yaml() {}

    static String text(Object value) {
        StringBuilder to = new StringBuilder();
        block(to, value, 0, false);
        return to.toString();
    }

    /** @param inline whether something stands before it on the line, so that its first line is not indented */
    private static void block(StringBuilder to, @Nullable Object value, int depth, boolean inline) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            boolean first = inline;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                indent(to, first ? 0 : depth);
                first = false;
                to.append(scalar(String.valueOf(entry.getKey()))).append(':');
                member(to, entry.getValue(), depth);
            }
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            boolean first = inline;
            for (Iterator<?> items = list.iterator(); items.hasNext(); first = false) {
                indent(to, first ? 0 : depth);
                to.append("- ");
                block(to, items.next(), depth + 1, true);
            }
        } else {
            to.append(leaf(value)).append('\n');
        }
    }

    private static void member(StringBuilder to, @Nullable Object value, int depth) {
        boolean nested = (value instanceof Map<?, ?> map && !map.isEmpty())
                || (value instanceof List<?> list && !list.isEmpty());
        if (nested) {
            to.append('\n');
            block(to, value, depth + 1, false);
        } else if (value instanceof String text && hasPlainLines(text)) {
            to.append(" |\n");
            text.lines().forEach(line -> {
                indent(to, depth + 1);
                to.append(line).append('\n');
            });
        } else {
            to.append(' ').append(leaf(value)).append('\n');
        }
    }

    /** Whether it is several lines that people can read as they are, such as PEM. */
    private static boolean hasPlainLines(String text) {
        return text.indexOf('\n') < text.length() - 1
                && text.endsWith("\n")
                && text.lines().allMatch(line -> LINE.matcher(line).matches());
    }

    private static void indent(StringBuilder to, int depth) {
        to.append("  ".repeat(depth));
    }

    private static String leaf(@Nullable Object value) {
        if (value instanceof String text) {
            return scalar(text);
        }
        return value instanceof Map ? "{}" : value instanceof List ? "[]" : String.valueOf(value);
    }

    private static String scalar(String text) {
        // JSON's quoted texts are YAML's, too.
        return PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches() ? text : Json.onOneLine(text);
    }
}
