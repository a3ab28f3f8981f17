package io.weldr.it.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The commands of a page, and what it says that they print. They are in blocks that begin with {@code ```console}. A
 * line with {@code $} in front begins a command, which goes on for as long as a shell wants more; the other lines are
 * output.
 */
final class Page {
    private static final Pattern FENCE = Pattern.compile("^( *)```(.*)$");
    private static final String CONSOLE = "console";
    private static final String PROMPT = "$ ";

    private Page() {}

    /**
     * A command.
     *
     * @param line where it begins, from 1 on
     * @param printed what the page says that it prints; empty: the page does not say
     */
    record Step(int line, String command, List<String> printed) {
        Step {
            printed = List.copyOf(printed);
        }
    }

    /** The commands of a page, in order. */
    static List<Step> steps(Path page) throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            var fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                continue;
            }
            int indent = fence.group(1).length();
            int first = i + 1;
            int end = first;
            while (!lines.get(end).strip().equals("```")) {
                end++;
            }
            if (fence.group(2).strip().equals(CONSOLE)) {
                List<String> block = lines.subList(first, end).stream()
                        .map(line -> line.length() < indent ? "" : line.substring(indent))
                        .toList();
                read(block, first + 1, steps);
            }
            i = end;
        }
        return steps;
    }

    private static void read(List<String> block, int firstLine, List<Step> steps)
            throws IOException, InterruptedException {
        int i = 0;
        while (i < block.size()) {
            if (!block.get(i).startsWith(PROMPT)) {
                throw new IllegalStateException("line " + (firstLine + i) + " is no command: " + block.get(i));
            }
            int begin = i;
            StringBuilder command = new StringBuilder(block.get(i++).substring(PROMPT.length()));
            while (i < block.size() && wantsMore(command.toString())) {
                command.append('\n').append(block.get(i++));
            }
            List<String> printed = new ArrayList<>();
            while (i < block.size() && !block.get(i).startsWith(PROMPT)) {
                printed.add(block.get(i++));
            }
            steps.add(new Step(firstLine + begin, command.toString(), printed));
        }
    }

    private static boolean wantsMore(String command) throws IOException, InterruptedException {
        if (command.endsWith("\\")) {
            return true;
        }
        Process syntax = new ProcessBuilder("bash", "-n", "-c", command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!syntax.waitFor(10, TimeUnit.SECONDS)) {
            syntax.destroyForcibly();
            throw new IllegalStateException("bash -n does not end");
        }
        return syntax.exitValue() != 0;
    }
}
