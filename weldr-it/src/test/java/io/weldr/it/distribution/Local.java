package io.weldr.it.distribution;

import static org.awaitility.Awaitility.await;

import io.weldr.it.distribution.Script.Ended;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * {@code deploy/local} as a person runs it, with ports and a folder of its own. What it runs is what was built last.
 */
final class Local {
    private final Path script;
    private final Path folder;
    private final int offset = freeOffset();
    private final Map<String, String> environment = new HashMap<>();

    /**
     * @param top the project that the script belongs to
     * @param folder an empty folder, for the data and the logs, and to call the script from
     */
    Local(Path top, Path folder) {
        this.script = top.resolve("deploy/local");
        this.folder = folder;
        environment.put("WELDR_LOCAL_DIR", data().toString());
        environment.put("WELDR_LOCAL_PORT_OFFSET", Integer.toString(offset));
        environment.put("WELDR_LOCAL_BUILD", "never");
        environment.put("WELDR_JAVA_OPTS", DistributionIT.QUICK_JAVA);
        environment.put("TERM", "xterm"); // no terminal reads what the script writes, whatever this names
    }

    /** The folder of the data, the logs and the process ids. The script makes it. */
    Path data() {
        return folder.resolve("local");
    }

    int port(int withoutOffset) {
        return withoutOffset + offset;
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    /** Runs one command of the script, from a folder that is none of the project's. */
    Ended run(Map<String, String> more, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return runHere(more, command);
    }

    /** Runs one command of the script on a terminal. What it wrote to either output is in {@link Ended#out}. */
    Ended runOnTerminal(String terminal, String command) throws IOException, InterruptedException {
        return runHere(Map.of("TERM", terminal), List.of("script", "-qec", "'" + script + "' " + command, "/dev/null"));
    }

    private Ended runHere(Map<String, String> more, List<String> words) throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", folder.toString()));
        command.addAll(words);
        return Script.run(command, all);
    }

    /** The process id of a node or test server, as the script wrote it down. */
    long pid(String name) throws IOException {
        String line = Files.readString(data().resolve(name + ".pid")); // the process id and its start time
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    /** The number of the node that leads, as a person would look it up; again where leadership moves at that moment. */
    int leader() {
        String line = await("a leader in the status")
                .until(
                        () -> run("status")
                                .out()
                                .lines()
                                .filter(each -> each.matches("n[123] +leader .*"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        return line.charAt(1) - '0';
    }

    /** So that all ports of the cluster are free, and stay below those of the other stories' nodes ({@link Ports}). */
    private static int freeOffset() {
        Random random = new Random();
        for (int i = 0; i < 100; i++) {
            int offset = 1_000 + 10 * random.nextInt(660);
            if (IntStream.of(8080, 8081, 8082, 8687, 8688, 8689, 8787, 8788, 8789, 9687, 9688, 9689, 12345, 12346)
                    .allMatch(port -> Ports.isFree(port + offset))) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports");
    }
}
