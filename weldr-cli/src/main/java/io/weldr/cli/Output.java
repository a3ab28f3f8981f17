package io.weldr.cli;

import java.io.PrintWriter;
import java.util.List;

/** Prints what a command found: columns for people, JSON for scripts. */
final class Output {
    private final PrintWriter out;
    private final ResultStream result;
    private final boolean json;

    /** @param out writes to {@code result} */
    Output(PrintWriter out, ResultStream result, boolean json) {
        this.out = out;
        this.result = result;
        this.json = json;
    }

    boolean json() {
        return json;
    }

    /** A whole answer. */
    void json(Object value) {
        out.println(Json.indented(value));
        flush();
    }

    /** One of many, on its own line. */
    void jsonLine(Object value) {
        out.println(Json.onOneLine(value));
        flush();
    }

    void line(String text) {
        out.println(printable(text));
        flush();
    }

    /** @throws CliException what was written did not get there; {@link ReaderGoneException} if nobody wants it */
    private void flush() {
        out.flush();
        result.check();
    }

    /** Columns as wide as they need to be; the last is not padded. */
    void table(List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        measure(widths, head);
        rows.forEach(row -> measure(widths, row));
        out.println(row(widths, head));
        rows.forEach(row -> out.println(row(widths, row)));
        flush();
    }

    private static void measure(int[] widths, List<String> row) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], printable(row.get(i)).length());
        }
    }

    private static String row(int[] widths, List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = printable(row.get(i));
            line.append(cell);
            if (i < widths.length - 1) {
                line.append(" ".repeat(widths[i] - cell.length() + 2));
            }
        }
        return line.toString().stripTrailing();
    }

    /** What a node says is shown, not obeyed: no control characters reach the terminal. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
        return shown.toString();
    }
}
