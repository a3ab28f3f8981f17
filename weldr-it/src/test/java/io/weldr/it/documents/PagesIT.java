package io.weldr.it.documents;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.documents.Page.Step;
import io.weldr.it.documents.Shell.Ended;
import io.weldr.it.documents.Shell.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A reader pastes the commands of a page one after the other. Each succeeds, and prints what the page shows. All pages
 * but the quick start share one cluster, which has its defaults again before each page.
 */
class PagesIT {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path BUILT = TOP.resolve("deploy/target");

    /** Steps of a task: they follow from each other. */
    static final List<String> TASKS = List.of(
            "howto/tls",
            "howto/grpc",
            "howto/canary",
            "howto/blue-green",
            "howto/backup",
            "howto/from-haproxy",
            "howto/troubleshooting",
            "howto/access",
            "howto/acme",
            "howto/members"); // the last one, because it takes members out

    /** Examples that do not follow from each other. Their commands are tried, and have to be known. */
    static final List<String> REFERENCES = List.of("reference/api", "reference/weldrctl");

    /** What a page has for other machines, and what stands for it on this one. */
    private static final Map<String, List<String[]>> INSTEAD = Map.of(
            "howto/access", List.<String[]>of(new String[] {"/etc/weldr/secret", "../../secret"}),
            "howto/acme",
                    List.<String[]>of(new String[] {
                        "https://acme-staging-v02.api.letsencrypt.org/directory", "https://localhost:14000/dir"
                    }),
            "howto/members",
                    List.of(
                            new String[] {
                                "weldr --id n4 --join wait --secret-file /etc/weldr/secret --raft-address"
                                        + " 10.0.0.4:9687 ...",
                                "node n4 n4 9690"
                            },
                            new String[] {"--drain 30s", "--drain 1s"},
                            new String[] {
                                "weldrctl cluster replace n3 n4 10.0.0.4:9687",
                                "kill -9 $(cat ../../n3.pid); node n4 again 9691;"
                                        + " until curl -sf -o answer localhost:8687/servers; do sleep 0.3; done;"
                                        + " weldrctl cluster replace n3 n4 127.0.0.1:9691"
                            },
                            new String[] {"10.0.0.4:9687", "127.0.0.1:9690"}));

    /** Files that examples name. */
    private static final String FILES = """
            cp ../../authority.pem chain.pem
            cp ../../authority.key key.pem
            cp ../../authority.pem ca.pem
            echo weldr_abc > token
            export WELDR_ENDPOINT=127.0.0.1:8787 # some examples make a context
            """;

    /** What the steps of a page need beside the cluster. */
    private static final Map<String, String> BEFORE = Map.of(
            "howto/access", """
                    ip address add 10.0.0.1/32 dev lo
                    weldr --secret-file ../../secret --data-dir data --admin-address 10.0.0.1:8687 \\
                      --grpc-address 10.0.0.1:8787 --raft-address 127.0.0.1:9699 --proxy-address 127.0.0.1:8099 \\
                      > node.log 2>&1 < /dev/null &
                    secret="-e 10.0.0.1:8787 --secret-file ../../secret"
                    until weldrctl $secret pools add web; do sleep 0.2; done
                    weldrctl $secret servers add http://10.0.1.1:80 --pool web --id web-1
                    """,
            "howto/acme", """
                    echo '127.0.0.1 localhost shop.example.com www.shop.example.com' > hosts
                    mount --bind hosts /etc/hosts
                    cat > pebble.json <<- END
                    {"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
                      "certificate": "../../authority.pem", "privateKey": "../../authority.key",
                      "httpPort": 8080, "tlsPort": 8443, "ocspResponderURL": ""}}
                    END
                    PEBBLE_VA_NOSLEEP=1 pebble -config pebble.json > pebble.log 2>&1 < /dev/null &
                    until curl -sk -o directory https://localhost:14000/dir; do sleep 0.1; done
                    """,
            "howto/members", """
                    node() { # id, folder, port: a node that waits until it is added
                      weldr --id $1 --join wait --secret-file ../../secret --data-dir data/$2 --raft-address 127.0.0.1:$3 \\
                        --proxy-address 127.0.0.1:1$3 --admin-address 127.0.0.1:2$3 --grpc-address 127.0.0.1:3$3 \\
                        > $2.log 2>&1 < /dev/null &
                      until curl -s "127.0.0.1:2$3/readyz?verbose" | grep -q 'no cluster'; do sleep 0.1; done
                    }
                    """,
            "reference/api", FILES,
            "reference/weldrctl", FILES);

    /**
     * Three nodes with default ports and the next ones, and two origins in the pool default, as deploy/local has them.
     * {@code defaults} takes away what a page has left.
     */
    private static final String CLUSTER = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=localhost \\
              -addext subjectAltName=DNS:localhost -addext keyUsage=digitalSignature,keyCertSign -keyout authority.key -out authority.pem
            weldr secret secret
            peers=n1=127.0.0.1:9687,n2=127.0.0.1:9688,n3=127.0.0.1:9689
            for i in 1 2 3; do
              weldr --id n$i --secret-file secret --data-dir data/n$i --peers $peers --raft-address 127.0.0.1:$((9686 + i)) \\
                --proxy-address 0.0.0.0:$((8079 + i)) --admin-address 127.0.0.1:$((8686 + i)) \\
                --acme-directory https://localhost:14000/dir --acme-ca-file authority.pem \\
                --grpc-address 127.0.0.1:$((8786 + i)) > n$i.log 2>&1 < /dev/null &
              echo $! > n$i.pid
            done
            weldr-testserver --address 127.0.0.1:12345 --name a > /dev/null 2>&1 < /dev/null &
            weldr-testserver --address 127.0.0.1:12346 --name b > /dev/null 2>&1 < /dev/null &
            until weldrctl ready; do sleep 0.3; done
            api() { curl -sS --retry 20 --retry-all-errors -o answer "$@"; }
            v1=localhost:8687/v1
            defaults() {
              for kind in routes listeners pools certificates tokens; do
                for name in $(curl -sS $v1/$kind | jq -r ".$kind[].name"); do
                  [ $name = default ] || api -X DELETE $v1/$kind/$name
                done
              done
              api -X PUT $v1/pools/default -d '{}'
              api -X PUT $v1/listeners/default -d '{}'
              api -X PUT $v1/routes/default -d '{"listeners":["default"],"pools":[{"pool":"default"}],"ambiguousPaths":true}'
              for id in $(curl -sS localhost:8687/servers | jq -r '.servers[].id'); do
                api -X DELETE $v1/pools/default/origins/$id
              done
              for port in 12345 12346; do
                api --fail $v1/pools/default/origins -d '{"url":"http://127.0.0.1:'$port'"}'
              done
            }
            """;

    /** What tells that an example is wrong, whatever the state of the cluster: the types of problems. */
    private static final Pattern NOT_KNOWN = Pattern.compile(
            "urn:weldr:problem:(no-such-resource|method-not-allowed|unknown-field|malformed-body|bad-request)\\b");

    private static final int USAGE = 2;
    private static final int CUT_OFF = 124;
    private static final int NO_SUCH_PROGRAM = 127;

    private static final String QUICK_START = "quickstart";

    private static Map<String, List<Ended>> pasted = Map.of();

    @TempDir
    private static Path folder;

    /** The quick start has a cluster of its own. Both clusters wait more than they compute, so they run together. */
    @BeforeAll
    static void pasteAll() throws Exception {
        Shell shell = new Shell(Files.createDirectory(folder.resolve("shared")));
        CompletableFuture<Map<String, List<Ended>>> quickStart = quickStart();
        List<Section> sections = new ArrayList<>();
        for (String name : Stream.concat(REFERENCES.stream(), TASKS.stream()).toList()) {
            boolean reference = REFERENCES.contains(name);
            List<Step> steps = Page.steps(page(name)).stream()
                    .map(step -> new Step(step.line(), command(name, step.command(), reference), step.printed()))
                    .toList();
            assertThat(steps).as(name).isNotEmpty();
            sections.add(new Section(name, "defaults\n" + BEFORE.getOrDefault(name, ""), steps));
        }
        Map<String, List<Ended>> all = new HashMap<>(
                shell.paste("export PATH=" + BUILT.resolve("weldr/bin") + ":$PATH\n" + CLUSTER, sections));
        all.putAll(quickStart.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        pasted = all;
    }

    private static CompletableFuture<Map<String, List<Ended>>> quickStart() throws IOException, InterruptedException {
        Optional<Path> archive = archive();
        if (archive.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(0, "ln -s " + archive.get() + " .", List.of()));
        steps.addAll(Page.steps(page(QUICK_START)));
        Shell shell = new Shell(Files.createDirectory(folder.resolve(QUICK_START)));
        return CompletableFuture.supplyAsync(() -> {
            try {
                return shell.paste("", List.of(new Section(QUICK_START, "", steps)));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Path page(String name) {
        return TOP.resolve("docs/" + name + ".md");
    }

    private static String command(String name, String command, boolean reference) {
        String here = command;
        for (String[] instead : INSTEAD.getOrDefault(name, List.of())) {
            here = here.replace(instead[0], instead[1]);
        }
        // Some examples go on until they are interrupted. A support bundle replaces no file.
        return reference ? "timeout 3 bash <<- 'END OF EXAMPLE'\nrm -f *.tar.gz\n" + here + "\nEND OF EXAMPLE" : here;
    }

    private static Optional<Path> archive() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(BUILT, "weldr-*-linux-x64.tar.gz")) {
            for (Path archive : found) {
                return Optional.of(archive);
            }
        }
        return Optional.empty();
    }

    @Test
    void quickStartFromTheArchive() throws Exception {
        if (archive().isEmpty()) {
            System.out.println("SKIPPED: there is no archive with a runtime of its own in " + BUILT);
            Assumptions.abort("no archive with a runtime of its own");
        }
        check(QUICK_START);
    }

    @ParameterizedTest
    @FieldSource("TASKS")
    void everyStepSucceedsAndPrintsWhatThePageShows(String name) throws Exception {
        if (name.equals("howto/acme")) {
            Shell.needs("pebble");
        }
        check(name);
    }

    private static void check(String name) {
        List<String> wrong = new ArrayList<>();
        for (Ended ended : ended(name)) {
            Step step = ended.step();
            if (ended.exit() != 0 || !Printed.agrees(step.printed(), ended.printed())) {
                wrong.add(name + ":" + step.line() + ": " + step.command() + "\n  ended with " + ended.exit()
                        + "\n  shown:\n" + String.join("\n", step.printed())
                        + "\n  printed:\n" + String.join("\n", ended.printed()));
            }
        }
        assertThat(wrong).as("log of n1: %s", log()).isEmpty();
    }

    private static List<Ended> ended(String name) {
        assertThat(pasted).containsKey(name);
        return pasted.getOrDefault(name, List.of());
    }

    @ParameterizedTest
    @FieldSource("REFERENCES")
    void everyExampleIsKnown(String name) {
        List<String> wrong = new ArrayList<>();
        boolean cutOff = false; // on a busy machine; then the next example may find an empty file
        for (Ended ended : ended(name)) {
            String printed = String.join("\n", ended.printed());
            if ((ended.exit() == USAGE && !cutOff)
                    || ended.exit() == NO_SUCH_PROGRAM
                    || NOT_KNOWN.matcher(printed).find()) {
                wrong.add(name + ":" + ended.step().line() + ": " + ended.step().command() + "\n  ended with "
                        + ended.exit() + "\n  printed:\n" + printed);
            }
            cutOff = ended.exit() == CUT_OFF;
        }
        assertThat(wrong).isEmpty();
    }

    private static String log() {
        Path log = folder.resolve("shared/n1.log");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
