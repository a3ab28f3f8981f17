package io.weldr.core.port;

import io.weldr.core.state.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Something that an operator has to look at.
 *
 * @param check which check found it: a word for scripts, such as {@code disk-space}
 * @param node where; null: it concerns the whole cluster
 * @param found what is wrong, in one line for people
 * @param remedy what to do, with a command where there is one, in one line for people
 */
public record Finding(
        Severity severity, String check, @Nullable MemberId node, String found, String remedy) {
    /** Longer texts are cut. A line of this length can still be read. */
    public static final int TEXT_CHARS_MAX = 600;

    /** How much it matters. */
    public enum Severity {
        /** Clients or changes are affected now. */
        CRITICAL,
        /** Nothing is affected yet, or it will be at the next failure. */
        WARNING
    }

    public Finding {
        found = cut(found);
        remedy = cut(remedy);
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\s*\\R\\s*", "; ");
        return line.length() <= TEXT_CHARS_MAX ? line : line.substring(0, TEXT_CHARS_MAX - 3) + "...";
    }

    /** One that is critical. */
    public static Finding critical(String check, @Nullable MemberId node, String found, String remedy) {
        return new Finding(Severity.CRITICAL, check, node, found, remedy);
    }

    /** One that is a warning. */
    public static Finding warning(String check, @Nullable MemberId node, String found, String remedy) {
        return new Finding(Severity.WARNING, check, node, found, remedy);
    }
}
