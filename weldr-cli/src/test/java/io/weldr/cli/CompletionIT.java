package io.weldr.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion script that is shipped, in a real bash. */
class CompletionIT {
    private static final Path SHIPPED = Path.of("..", "deploy", "src", "completion", "weldrctl.bash")
            .toAbsolutePath()
            .normalize();

    private static String bash(String script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", "source \"$0\" && " + script));
        command.add(SHIPPED.toString());
        command.addAll(List.of(arguments));
        Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
        bash.getOutputStream().close();
        String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
        assertThat(bash.waitFor(Patience.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(bash.exitValue()).as(output).isZero();
        return output.strip();
    }

    @Test
    void theShippedScriptIsTheOneThatTheCommandPrints() throws Exception {
        assertThat(SHIPPED)
                .as("the commands have changed: write the output of \"weldrctl completion\" to this file")
                .content()
                .isEqualTo(Run.of("completion").done().out());
        assertThat(Files.readString(SHIPPED)).endsWith("\n");
    }

    @Test
    void bashKnowsIt() throws Exception {
        assertThat(bash("complete -p weldrctl")).isEqualTo("complete -o default -F _complete_weldrctl_names weldrctl");
    }

    /**
     * The words are those that bash makes of the line; an empty one at the end is written as _. The builtin compopt
     * works only while somebody completes a line at a prompt.
     */
    /** A cluster that knows names, as far as the script asks for them. */
    private static final String CLUSTER =
            "weldrctl() { case \"$*\" in '__complete pools') echo default; echo shop ;; '__complete certs') echo www ;; '__complete tokens') echo ci; echo grafana ;; '__complete tokens --context prod -e host:1 --token-file t') echo ann ;; '__complete routes -e host:1') echo default ;;"
                    + " '__complete servers --pool shop') echo web-1; echo web-2 ;;"
                    + " '__complete servers'|'__complete servers -e 10.0.0.1:8787') echo 10.0.1.1:80; echo 10.0.1.2:80; echo 10.0.1.2:81 ;;"
                    + " *) return 1 ;; esac; } && ";

    /** What bash has made of a line: words that end at spaces, and at colons, which are words of their own. */
    private static String line(String line, String function) {
        return "compopt() { :; } && COMP_WORDBREAKS=$' \\t\\n:=' && COMP_LINE=\"$*\" && COMP_POINT=${#COMP_LINE} && "
                + "COMP_WORDS=(" + line.replace(":", " : ") + (line.endsWith(" ") ? " ''" : "")
                + ") && COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) && { " + function + "; echo \"${COMPREPLY[*]}\"; }";
    }

    @ParameterizedTest
    @CsvSource({
        "weldrctl pools get _, default shop",
        "weldrctl pools rm s, shop",
        "weldrctl -e host:1 routes set d, default",
        "weldrctl servers set --pool shop web, web-1 web-2",
        "weldrctl servers add http://a --pool _, default shop",
        "weldrctl routes add r --pool s, shop",
        "weldrctl certs show w, www",
        "weldrctl tokens rm _, ci grafana",
        "weldrctl tokens get g, grafana",
        "weldrctl tokens create _, ''",
        "weldrctl --context prod -e host:1 --token-file t tokens rm _, ann",
        "weldrctl listeners add l --cert w, www",
        "weldrctl listeners set l --default-cert _, www",
        "weldrctl pools set shop --tls-client-cert _, www",
        "weldrctl certs add c --cert w, ''",
        "weldrctl pools add _, ''",
        "weldrctl pools ls _, ''",
        "weldrctl pools get --st, --stale",
        "weldrctl pools g, get",
        "weldrctl listeners get _, ''",
        "weldrctl servers rm 10, 10.0.1.1:80 10.0.1.2:80 10.0.1.2:81",
        "weldrctl servers rm 10.0.1.1:, 80",
        "weldrctl servers rm 10.0.1.2:8, 80 81",
        "weldrctl servers rm 10.0.1.3:8, ''",
        "weldrctl -e 10.0.0.1:8787 servers get 10.0.1.1, 10.0.1.1:80",
        "weldrctl  servers   rm 10.0.1.1, 10.0.1.1:80",
    })
    void namesAreAskedFor(String line, String expected) throws Exception {
        String typed = line.endsWith("_") ? line.substring(0, line.length() - 1) : line;
        assertThat(bash(CLUSTER + line(typed, "_complete_weldrctl_names"), typed))
                .isEqualTo(expected);
    }

    /** The endpoint may be anybody's: what it says is neither run nor put into the line. */
    @Test
    void aNameThatAShellWouldRunIsLeftOut() throws Exception {
        String hostile = "weldrctl() { echo '$(echo run >&2)'; echo 'x;y'; echo '`z`'; echo 'a b'; echo web; } && ";
        assertThat(bash(hostile + line("weldrctl pools get ", "_complete_weldrctl_names"), "weldrctl pools get "))
                .isEqualTo("web");
    }

    @ParameterizedTest
    @CsvSource({
        "weldrctl ser, servers",
        "weldrctl servers s, set show",
        "weldrctl servers delete --wa, --wait",
        "weldrctl cluster _, status show list ls add remove delete rm replace promote transfer-leader restart help",
        "weldrctl -o _, table json yaml wide",
        "weldrctl -e host:1 cluster tr, transfer-leader",
        "weldrctl servers ls --output j, json",
        "weldrctl servers set web --host _, preserve rewrite",
        "weldrctl servers add --initial u, up",
        "weldrctl servers add --id s, ''",
    })
    void wordsAreCompleted(String line, String expected) throws Exception {
        String[] words = line.split(" ", -1);
        if (words[words.length - 1].equals("_")) {
            words[words.length - 1] = "";
        }
        assertThat(bash(
                        "compopt() { :; } && COMP_WORDS=(\"$@\") && COMP_CWORD=$(($# - 1)) && { _complete_weldrctl; echo \"${COMPREPLY[*]}\"; }",
                        words))
                .isEqualTo(expected);
    }
}
