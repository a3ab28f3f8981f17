package io.weldr.api.error;

/**
 * One failure, as it is told to whoever asked (RFC 9457).
 *
 * @param detail one line for people
 * @param found what was there
 * @param expected what should have been
 */
public record Problem(ProblemType type, String detail, String found, String expected) {
    private static final String EXPECTED = " (expected: ";

    /** A problem whose line says all of it. */
    public static Problem of(ProblemType type, String found, String expected) {
        return new Problem(type, found + EXPECTED + expected + ")", found, expected);
    }

    /** Takes apart a line of the form {@code found (expected: expected)}; any other line is what was found. */
    public static Problem ofLine(ProblemType type, String line, String expectedOtherwise) {
        int at = line.lastIndexOf(EXPECTED);
        if (at < 0 || !line.endsWith(")")) {
            return new Problem(type, line, line, expectedOtherwise);
        }
        return new Problem(
                type, line, line.substring(0, at), line.substring(at + EXPECTED.length(), line.length() - 1));
    }

    /** As something to throw. */
    public ProblemException exception() {
        return new ProblemException(this);
    }
}
