package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command line, as far as no node is asked. */
class CommandLineTest {
    /** Every command, from the root on, by the words that call it. */
    private static Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new java.util.TreeMap<>();
        CommandLine root = Weldrctl.bare();
        CommandTree.addAll(root);
        collect("", root.getCommandSpec(), commands);
        return commands;
    }

    private static void collect(String words, CommandSpec spec, Map<String, CommandSpec> into) {
        into.put(words, spec);
        for (Map.Entry<String, CommandLine> next : spec.subcommands().entrySet()) {
            collect((words + " " + next.getKey()).strip(), next.getValue().getCommandSpec(), into);
        }
    }

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ", -1);
    }

    private static Run run(String line, String... more) {
        List<String> all = new ArrayList<>(List.of(words(line)));
        all.addAll(List.of(more));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void everyCommandIsExplainedInBothWaysAndWhole() {
        Map<String, CommandSpec> commands = commands();
        assertThat(commands)
                .containsKeys(
                        "servers add",
                        "servers list",
                        "cluster show",
                        "help",
                        "servers help",
                        "pools get",
                        "certs obtain",
                        "certificates show",
                        "routes update");
        commands.forEach((words, spec) -> {
            String help = run(words, "--help").done().out();
            String named = run(("help " + words).strip()).done().out();
            assertThat(named).as("help %s", words).isEqualTo(help);
            assertThat(help.lines()).as(words).allMatch(line -> line.length() <= 100 && !line.endsWith(" "));
            String text = help.replaceAll("\\s+", " ");
            for (String[] texts :
                    List.of(spec.usageMessage().header(), spec.usageMessage().description())) {
                assertThat(texts.length).as("a text in one piece: %s", words).isLessThanOrEqualTo(1);
                for (String whole : texts) {
                    assertThat(text).as(words).contains(whole);
                }
            }
            for (OptionSpec option : spec.options()) {
                if (option.inherited()) {
                    assertThat(text).as(words).contains("options of weldrctl --help");
                    continue;
                }
                assertThat(option.description()).as(option.longestName()).hasSize(1);
                assertThat(text).as(words).contains(option.longestName()).contains(option.description()[0]);
            }
            spec.positionalParameters().forEach(parameter -> assertThat(text).contains(parameter.paramLabel()));
        });
    }

    @Test
    void aListOfCommandsHasTheWholeSentenceOfEach() {
        commands().forEach((words, spec) -> {
            String help = run(words, "--help").out().replaceAll("\\s+", " ");
            spec.subcommands().values().forEach(next -> {
                var usage = next.getCommandSpec().usageMessage();
                String summary = usage.header().length > 0 ? usage.header()[0] : usage.description()[0];
                assertThat(summary).as(words).matches("[A-Z].*[^,;]");
                assertThat(help).as(words).contains(next.getCommandName()).contains(summary);
            });
        });
    }

    @Test
    void everyCommandSaysItsVersion() {
        String version = run("--version").done().out();
        assertThat(version).startsWith("weldrctl ").hasLineCount(1);
        commands()
                .keySet()
                .forEach(words ->
                        assertThat(run(words, "-V").done().out()).as(words).isEqualTo(version));
    }

    /** A run adds the commands that its words can mean. It has to understand a line as it would with all commands. */
    @Test
    void theCommandsThatAreAddedAreThoseThatTheLineCalls() {
        for (Map.Entry<String, CommandSpec> command : commands().entrySet()) {
            String words = command.getKey();
            if (words.isEmpty()) {
                continue;
            }
            for (String line : List.of(words, "-e ls -o json " + words, words + " -otable")) {
                CommandLine called = Weldrctl.bare();
                CommandTree.addCalled(called, new HashSet<>(List.of(words(line))));
                assertThat(called.getSubcommands()).as(line).hasSizeLessThan(5);
                CommandLine found = called;
                for (String word : words(words)) {
                    found = found.getSubcommands().get(word);
                    assertThat(found).as("%s of %s", word, line).isNotNull();
                }
                assertThat(found.getCommandSpec().qualifiedName())
                        .as(line)
                        .isEqualTo(command.getValue().qualifiedName());
                assertThat(found.getCommandSpec().optionsMap().keySet())
                        .as(line)
                        .isEqualTo(command.getValue().optionsMap().keySet());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "servrs ls, there is no command \"servrs\"; did you mean servers? (see weldrctl --help)",
        "servers lst, there is no command \"lst\"; did you mean ls? (see weldrctl servers --help)",
        "servers dlete a, there is no command \"dlete\"; did you mean delete? (see weldrctl servers --help)",
        "cluster stauts, there is no command \"stauts\"; did you mean status? (see weldrctl cluster --help)",
        "servers set a --wieght 2, there is no option \"--wieght\"; did you mean --weight? (see weldrctl servers set --help)",
        "servers set a --wieght=2, there is no option \"--wieght\"; did you mean --weight? (see weldrctl servers set --help)",
        "servers ls --ouptut json, there is no option \"--ouptut\"; did you mean --output? (see weldrctl servers ls --help)",
        "servers ls --zzzzzz, there is no option \"--zzzzzz\" (see weldrctl servers ls --help)",
        "frobnicate, there is no command \"frobnicate\" (see weldrctl --help)",
        "servers ls a b, \"b\" is one argument too many (see weldrctl servers ls --help)",
        "help servers ad, there is no command \"ad\"; did you mean add? (see weldrctl servers --help)",
        "servers help ad, there is no command \"ad\"; did you mean add? (see weldrctl servers --help)",
        "servers, 'add, rm, set, get or ls is missing (see weldrctl servers --help)'",
        "pools, 'add, rm, set, get or ls is missing (see weldrctl pools --help)'",
        "certs, 'add, obtain, rm, set, get or ls is missing (see weldrctl certs --help)'",
        "certs add, NAME is missing (see weldrctl certs add --help)",
        "certs add a, --cert is missing (see weldrctl certs add --help)",
        "certs add a --new --replace, --new with --replace (expected: one of them) (see weldrctl certs add --help)",
        "certs add a --cert /nowhere/x.pem, --cert /nowhere/x.pem: no such file",
        "certs set a, nothing to change (expected: at least one setting) (see weldrctl certs set --help)",
        "certs obtain a --email a@b, '--host: the value is missing (expected: --host HOST) (see weldrctl certs obtain --help)'",
        "certs obtain a --host a.b --email a@b, '--agree-tos is missing (read the terms of service of the authority, and agree) (see weldrctl certs obtain --help)'",
        "certs obtain a --host a.b --email a@b --agree-tos --challenge dns-01, 'acme.challenge: \"dns-01\" (expected: one of http-01, tls-alpn-01)'",
        "certs obtain a --host a.b --email a@b --agree-tos --eab-hmac-key-file /nowhere/k, --eab-hmac-key-file /nowhere/k: no such file",
        "listeners add a --http2 --no-http2, --http2 with --no-http2 (expected: one of them)",
        "listeners add a --client-ca /nowhere/x, --client-ca /nowhere/x: no such file",
        "listeners add a --redirect-to-https=x, '--redirect-to-https: \"x\" (expected: a whole number from 0 to 2147483647) (see weldrctl listeners add --help)'",
        "listeners add a --protocol quic, 'protocol: \"quic\" (expected: one of http, tcp, https, tls-passthrough)'",
        "pools add a --tls-ca /nowhere/x, --tls-ca /nowhere/x: no such file",
        "pools set a, nothing to change (expected: at least one setting) (see weldrctl pools set --help)",
        "routes get, NAME is missing (see weldrctl routes get --help)",
        "routes add, NAME is missing",
        "pools add a --minimum-up x, '--minimum-up: \"x\" (expected: a whole number from 0 to 2147483647) (see weldrctl pools add --help)'",
        "pools add a --algorithm best, 'balancing.algorithm: \"best\" (expected: one of round-robin, least-requests, random-two, hash)'",
        "pools add a --slow-start soon, '--slow-start: \"soon\" (expected: a duration such as 250ms, 30s or 1m)'",
        "routes add a --pool b=x, '--pool: \"b=x\" (expected: NAME, or NAME=WEIGHT with a weight from 0 to 1000000)'",
        "routes add a --exact, --exact without --path",
        "routes add a --path / --exact --regex, --exact with --regex (expected: one of them)",
        "routes add a --pool b --respond 404, --pool with --respond (expected: one of them)",
        "routes add a --redirect ftp:, '--redirect: \"ftp:\" (expected: a URL or a part of one, such as https: or https://a.example/path)'",
        "routes add a --rate often, '--rate: \"often\" (expected: a number, and a time behind /, such as 10/1s)'",
        "routes add -f /nowhere/file, --file /nowhere/file: no such file",
        "servers set a --unset url, '--unset: \"url\" (expected: health, health.PART, connectionsMax, labels, weight, priority or host) (see weldrctl servers set --help)'",
        "health, get or set is missing (see weldrctl health --help)",
        "'', a command is missing (see weldrctl --help)",
        "-e a:1 servrs, there is no command \"servrs\"; did you mean servers? (see weldrctl --help)",
        "servers add, URL is missing (see weldrctl servers add --help)",
        "cluster add, ID is missing (see weldrctl cluster add --help)",
        "cluster replace a b, HOST:PORT is missing (see weldrctl cluster replace --help)",
        "servers ls --pool, --pool: the value is missing (expected: --pool NAME) (see weldrctl servers ls --help)",
        "servers ls --pool -o table, --pool: the value is missing (expected: --pool NAME) (see weldrctl servers ls --help)",
        "servers ls --stale=yes, '--stale: \"yes\" (expected: no value) (see weldrctl servers ls --help)'",
        "servers ls --stale --stale, --stale is given twice (expected: once) (see weldrctl servers ls --help)",
        "servers ls -o xml, '--output: \"xml\" (expected: table or json or yaml or wide) (see weldrctl servers ls --help)'",
        "servers add u --weight x, '--weight: \"x\" (expected: a whole number from 0 to 2147483647) (see weldrctl servers add --help)'",
        "servers add u --weight -1, '--weight: \"-1\" (expected: a whole number from 0 to 2147483647) (see weldrctl servers add --help)'",
        "servers rm u --if-revision x, '--if-revision: \"x\" (expected: a whole number from 0 to 9223372036854775807) (see weldrctl servers rm --help)'",
        "servers add u --host keep, '--host: \"keep\" (expected: preserve or rewrite) (see weldrctl servers add --help)'",
        "servers set a, nothing to change (expected: at least one setting) (see weldrctl servers set --help)",
        "servers set a --enable --maintenance, --enable with --maintenance (expected: one of them) (see weldrctl servers set --help)",
        "servers set a --drain --enable, --enable with --drain (expected: one of them) (see weldrctl servers set --help)",
        "cluster remove n1 --drain 1s --force, --drain with --force (expected: one of them) (see weldrctl cluster remove --help)",
    })
    void aSlipIsToldWithWhatWasProbablyMeant(String line, String expected) {
        assertThat(run(line).failed(ExitCode.USAGE).err()).isEqualToIgnoringNewLines("weldrctl: " + expected);
    }

    @Test
    void anErrorIsJsonForWhoeverWantsJson() {
        for (String format : new String[] {"-o json", "-ojson", "-o=json", "--output json", "--output=JSON"}) {
            JsonNode error = run(format + " servers lst").jsonError(ExitCode.USAGE);
            assertThat(error.path("type").asText()).isEqualTo("usage");
            assertThat(error.path("detail").asText()).startsWith("there is no command \"lst\"");
        }
        run("servers ls -o json", "--timeout", "soon").jsonError(ExitCode.USAGE);
        run("-o json -o table servers lst").failed(ExitCode.USAGE);
    }

    /** A stream on which nothing can be written, for that reason. */
    static OutputStream broken(String reason) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    @Test
    void helpThatCannotBeWrittenIsNoSuccess() {
        for (String line :
                new String[] {"--help", "--version", "completion", "help servers add", "servers add --help"}) {
            Run.into(broken("No space left on device"), words(line))
                    .failed(ExitCode.REFUSED, "standard output cannot be written: No space left on device");
            Run gone = Run.into(broken("Broken pipe"), words(line));
            assertThat(gone.code()).as(line).isEqualTo(ExitCode.REFUSED.code());
            assertThat(gone.err()).as("nobody is there who wants to know").isEmpty();
        }
    }

    @Test
    void aNameThatGrpcRefusesIsAnErrorOfTheCommandLine() {
        run("servers ls -e weldr_1:8787").failed(ExitCode.USAGE, "weldr_1", "expected");
        run("servers ls -e ::1:8787").failed(ExitCode.USAGE, "\"::1:8787\"", "host:port", "brackets", "[::1]:8787");
        run("servers ls -e a:1,fe80::1").failed(ExitCode.USAGE, "\"fe80::1\"", "brackets");
        run("servers ls -e [::1]").failed(ExitCode.USAGE, "host:port");
    }
}
