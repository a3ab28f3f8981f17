package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
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
        collect("", Weldrctl.spec(), commands);
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
        assertThat(commands).containsKeys("servers add", "servers list", "cluster show", "help", "servers help");
        commands.forEach((words, spec) -> {
            String help = run(words, "--help").done().out();
            String named = run(("help " + words).strip()).done().out();
            assertThat(named).as("help %s", words).isEqualTo(help);
            String text = help.replaceAll("\\s+", " ");
            for (String[] texts :
                    List.of(spec.usageMessage().header(), spec.usageMessage().description())) {
                assertThat(texts.length).as("a text in one piece: %s", words).isLessThanOrEqualTo(1);
                for (String whole : texts) {
                    assertThat(text).as(words).contains(whole);
                }
            }
            for (OptionSpec option : spec.options()) {
                if (!option.inherited()) {
                    assertThat(option.description()).as(option.longestName()).hasSize(1);
                }
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
        "servers, 'add, rm, set or ls is missing (see weldrctl servers --help)'",
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
        run("servers ls -e ::1:8787").failed(ExitCode.USAGE, "host:port");
        run("servers ls -e [::1]").failed(ExitCode.USAGE, "host:port");
    }
}
