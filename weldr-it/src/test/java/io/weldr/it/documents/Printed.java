package io.weldr.it.documents;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares what a page shows with what a command printed. Figures differ from run to run, and so do which node leads
 * and how wide a column is. A line of three dots stands for any lines, three dots within a line for any text.
 */
final class Printed {
    private static final String ANY = "...";

    /** Fingerprints of secrets are eight hexadecimal digits. */
    private static final Pattern FINGERPRINT = Pattern.compile("\\b[0-9a-f]{8}\\b");

    private static final Pattern SNAPSHOT = Pattern.compile("-SNAPSHOT\\b");
    private static final Pattern NUMBERS = Pattern.compile("[0-9]+([.:][0-9]+)*");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** {@code 3 s}, {@code 1m 31s}, {@code 867 ms}: whatever it took this time. */
    private static final Pattern TIMES = Pattern.compile("#( ?(ms|s|m|min|h)\\b)( ?#( ?(ms|s|m|min|h)\\b))*");

    /** Which node leads, and which one answered. */
    private static final Pattern ROLE = Pattern.compile("\\b(leader|follower|missing)\\*?");

    private Printed() {}

    /** Whether the command printed what the page shows. A page that shows nothing promises nothing. */
    static boolean agrees(List<String> shown, List<String> actual) {
        return shown.isEmpty() || agrees(shown, 0, meant(actual), 0);
    }

    private static List<String> meant(List<String> lines) {
        List<String> meant = new ArrayList<>(lines);
        while (!meant.isEmpty() && meant.get(meant.size() - 1).isBlank()) {
            meant.remove(meant.size() - 1);
        }
        return meant;
    }

    private static boolean agrees(List<String> shown, int at, List<String> actual, int from) {
        if (at == shown.size()) {
            return from == actual.size();
        }
        if (shown.get(at).strip().equals(ANY)) {
            for (int next = from; next <= actual.size(); next++) {
                if (agrees(shown, at + 1, actual, next)) {
                    return true;
                }
            }
            return false;
        }
        return from < actual.size()
                && agrees(shown.get(at), actual.get(from))
                && agrees(shown, at + 1, actual, from + 1);
    }

    private static boolean agrees(String shown, String actual) {
        String pattern = Stream.of(shown.split(Pattern.quote(ANY), -1))
                .map(part -> Pattern.quote(normal(part)))
                .collect(Collectors.joining(".*"));
        return Pattern.matches(pattern, normal(actual));
    }

    private static String normal(String line) {
        String text = SNAPSHOT.matcher(line.strip()).replaceAll("");
        text = FINGERPRINT.matcher(text).replaceAll("#");
        text = NUMBERS.matcher(text).replaceAll("#");
        text = SPACES.matcher(text).replaceAll(" ");
        text = TIMES.matcher(text).replaceAll("#");
        return ROLE.matcher(text).replaceAll("ROLE");
    }
}
