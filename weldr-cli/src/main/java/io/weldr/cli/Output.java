package io.weldr.cli;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints what a command found: columns for people, JSON or YAML for scripts. */
final class Output {
    private final PrintWriter out;
    private final ResultStream result;
    private final Weldrctl.Format format;

    /** @param out writes to {@code result} */
    Output(PrintWriter out, ResultStream result, Weldrctl.Format format) {
        this.out = out;
        this.result = result;
        this.format = format;
    }

    /** Whether a whole answer is wanted, for {@link #json(Object)}, and no table. */
    boolean json() {
        return format == Weldrctl.Format.json || format == Weldrctl.Format.yaml;
    }

    /** Whether a table may be wider than a terminal. */
    boolean wide() {
        return format == Weldrctl.Format.wide;
    }

    /** A whole answer, as JSON or YAML. */
    void json(Object value) {
        if (format == Weldrctl.Format.yaml) {
            out.print(Yaml.text(value));
        } else {
            out.println(Json.indented(value));
        }
        flush();
    }

    /** All of one thing: people read it as YAML. */
    void whole(Object value) {
        if (json()) {
            json(value);
        } else {
            out.print(Yaml.text(value));
            flush();
        }
    }

    /** One of many: JSON on its own line, or a document of YAML. */
    void jsonLine(Object value) {
        if (format == Weldrctl.Format.yaml) {
            out.print("---\n" + Yaml.text(value));
        } else {
            out.println(Json.onOneLine(value));
        }
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
        columns(head, rows).forEach(out::println);
        flush();
    }

    /** The lines of such a table. */
    List<String> columns(List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        measure(widths, head);
        rows.forEach(row -> measure(widths, row));
        List<String> lines = new ArrayList<>();
        lines.add(row(widths, head));
        rows.forEach(row -> lines.add(row(widths, row)));
        return lines;
    }

    /** The bytes of a file, as they are. */
    void bytes(ByteString file) {
        out.flush();
        try {
            file.writeTo(result);
            result.flush();
        } catch (IOException e) {
            result.check(); // It has the reason.
        }
    }

    /** As it is, for a terminal. */
    void raw(String text) {
        out.print(text);
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
