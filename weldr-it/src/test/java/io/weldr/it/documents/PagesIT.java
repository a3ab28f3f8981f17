package io.weldr.it.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.documents.Page.Step;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader pastes the commands of a page one after the other. Each succeeds, and prints what the page shows. */
class PagesIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path BUILT = TOP.resolve("deploy/target");

    /**
     * Three nodes with default ports and the next ones, and two origins in the pool default, as deploy/local has them.
     */
    private static final String CLUSTER = """
            weldr secret secret
            peers=n1=127.0.0.1:9687,n2=127.0.0.1:9688,n3=127.0.0.1:9689
            for i in 1 2 3; do
              weldr --id n$i --secret-file secret --data-dir data/n$i --peers $peers --raft-address 127.0.0.1:$((9686 + i)) \\
                --proxy-address 0.0.0.0:$((8079 + i)) --admin-address 127.0.0.1:$((8686 + i)) \\
                --grpc-address 127.0.0.1:$((8786 + i)) > n$i.log 2>&1 < /dev/null &
            done
            weldr-testserver --address 127.0.0.1:12345 --name a > /dev/null 2>&1 < /dev/null &
            weldr-testserver --address 127.0.0.1:12346 --name b > /dev/null 2>&1 < /dev/null &
            until weldrctl ready; do sleep 0.5; done
            until weldrctl servers add http://127.0.0.1:12345; do sleep 0.5; done
            weldrctl servers add http://127.0.0.1:12346
            """;

    @TempDir
    private Path folder;

    @Test
    void quickstart() throws Exception {
        Path archive = archive();
        Files.createSymbolicLink(folder.resolve(archive.getFileName()), archive);
        paste("docs/quickstart.md", "");
    }

    private static Path archive() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(BUILT, "weldr-*-linux-x64.tar.gz")) {
            for (Path archive : found) {
                return archive;
            }
        }
        System.out.println("SKIPPED: there is no archive with a runtime of its own in " + BUILT);
        return Assumptions.abort("no archive with a runtime of its own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "howto/tls",
                "howto/grpc",
                "howto/canary",
                "howto/blue-green",
                "howto/backup",
                "howto/from-haproxy",
                "howto/troubleshooting"
            })
    void steps(String name) throws Exception {
        paste("docs/" + name + ".md", "export PATH=" + BUILT.resolve("weldr/bin") + ":$PATH\n" + CLUSTER);
    }

    private void paste(String name, String before) throws IOException, InterruptedException {
        List<Step> steps = Page.steps(TOP.resolve(name));
        assertThat(steps).as(name).isNotEmpty();
        List<String> wrong = new ArrayList<>();
        for (Shell.Ended ended : new Shell(folder).paste(before, steps)) {
            Step step = ended.step();
            if (ended.exit() != 0 || !Printed.agrees(step.printed(), ended.printed())) {
                wrong.add(name + ":" + step.line() + ": " + step.command() + "\n  ended with " + ended.exit()
                        + "\n  shown:\n" + String.join("\n", step.printed())
                        + "\n  printed:\n" + String.join("\n", ended.printed()));
            }
        }
        assertThat(wrong).as("log of n1: %s", log()).isEmpty();
    }

    private String log() throws IOException {
        Path log = folder.resolve("n1.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
