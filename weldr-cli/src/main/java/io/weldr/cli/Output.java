package io.weldr.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.List;

/** Prints what a command found: columns for people, JSON for scripts. */
final class Output {
    /** The forms. */
    enum Format {
        table,
        json
    }

    private static final ObjectMapper LINES = new ObjectMapper();
    private static final ObjectMapper INDENTED = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final PrintWriter out;
    private final ResultStream result;
    private final Format format;

    /** @param out writes to {@code result} */
    Output(PrintWriter out, ResultStream result, Format format) {
        this.out = out;
        this.result = result;
        this.format = format;
    }

    boolean json() {
        return format == Format.json;
    }

    /** A whole answer. */
    void json(Object value) {
        out.println(text(INDENTED, value));
        flush();
    }

    /** One of many, on its own line. */
    void jsonLine(Object value) {
        out.println(onOneLine(value));
        flush();
    }

    /** As JSON without line breaks. */
    static String onOneLine(Object value) {
        return text(LINES, value);
    }

    private static String text(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps and lists can be written", e);
        }
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
