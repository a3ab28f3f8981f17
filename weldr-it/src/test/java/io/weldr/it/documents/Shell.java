package io.weldr.it.documents;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.it.documents.Page.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * A shell that commands are pasted into. It has a network and mounts of its own: all ports are free, and whatever it
 * leaves running ends with it.
 */
final class Shell {
    private static final long MINUTES_MAX = 8;

    /** What the pages use beside weldr. */
    private static final List<String> PROGRAMS = List.of("curl", "jq", "openssl", "tar");

    /** Where a step begins and ends in what the shell prints. No program prints it. */
    private static final String MARK = "\u0001";

    /** What a shell says of a job that was killed, whenever it notices. */
    private static final Pattern END_OF_JOB = Pattern.compile(".*: line \\d+: +\\d+ Killed .*");

    private final Path folder;
    private final List<String> apart;

    /** @param folder where the shell begins */
    Shell(Path folder) throws InterruptedException {
        this.folder = folder;
        List<String> root = List.of("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc");
        List<String> other = new ArrayList<>(root);
        other.add("--map-root-user");
        apart = works(root) ? root : other;
        if (!works(apart)) {
            skip("no network of its own can be made (unshare)");
        }
        for (String program : PROGRAMS) {
            needs(program);
        }
    }

    /** Skips the test where a program is missing. */
    static void needs(String program) throws InterruptedException {
        if (!ends(List.of("bash", "-c", "command -v " + program))) {
            skip(program + " is not installed");
        }
    }

    private static void skip(String why) {
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
    }

    private static boolean works(List<String> apart) throws InterruptedException {
        List<String> command = new ArrayList<>(apart);
        command.addAll(List.of("ip", "link", "set", "lo", "up"));
        return ends(command);
    }

    /** Whether there is such a program, and it ends well. */
    private static boolean ends(List<String> command) throws InterruptedException {
        try {
            Process trial = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return trial.waitFor(20, TimeUnit.SECONDS) && trial.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Steps that a shell of their own is pasted, in a folder of their own.
     *
     * @param name also that of the folder
     * @param before commands that make what the steps need; what they print counts for nothing
     */
    record Section(String name, String before, List<Step> steps) {
        Section {
            steps = List.copyOf(steps);
        }
    }

    /** How a step ended. */
    record Ended(Step step, int exit, List<String> printed) {
        Ended {
            printed = List.copyOf(printed);
        }
    }

    /**
     * Pastes the steps of all sections one after the other.
     *
     * @param before commands that make what all sections need
     * @return how the steps ended, by the names of their sections
     */
    Map<String, List<Ended>> paste(String before, List<Section> sections) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("exec 2>&1\nip link set lo up\n")
                .append(before)
                .append('\n');
        for (Section section : sections) {
            String own = "pages/" + section.name().replace('/', '-');
            script.append("mkdir -p %s\n(\ncd %s\nexport HOME=$PWD\n".formatted(own, own))
                    .append(section.before())
                    .append('\n');
            for (Step step : section.steps()) {
                script.append("printf '\\n\\001\\n'\n").append(step.command()).append('\n');
                script.append("printf '\\n\\001%d\\n' $?\n");
            }
            script.append(")\n");
        }
        Path file = Files.writeString(folder.resolve("pasted.sh"), script);
        Path output = folder.resolve("pasted.out");
        List<String> command = new ArrayList<>(apart);
        command.addAll(List.of("bash", file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("HOME", folder.toString());
        Process shell = builder.start();
        try {
            if (!shell.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                throw new AssertionError("it does not end; it printed: " + Files.readString(output, UTF_8));
            }
        } finally {
            shell.destroyForcibly();
        }
        return read(sections, Files.readString(output, UTF_8));
    }

    private static Map<String, List<Ended>> read(List<Section> sections, String output) {
        Map<String, List<Ended>> all = new LinkedHashMap<>();
        // What came before the first step, then two parts a step: what it printed, its exit code and what came after.
        String[] parts = output.split("\n" + MARK, -1);
        int at = 1;
        for (Section section : sections) {
            List<Ended> ended = new ArrayList<>();
            for (Step step : section.steps()) {
                if (at + 1 >= parts.length) {
                    throw new AssertionError("the shell ended before line " + step.line() + " of " + section.name()
                            + "; it printed: " + output);
                }
                String printed = parts[at].substring(parts[at].indexOf('\n') + 1);
                int exit = Integer.parseInt(parts[at + 1].lines().findFirst().orElseThrow());
                List<String> lines = printed.lines()
                        .filter(line -> !END_OF_JOB.matcher(line).matches())
                        .toList();
                ended.add(new Ended(step, exit, lines));
                at += 2;
            }
            all.put(section.name(), ended);
        }
        return all;
    }
}
