package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The reference of weldrctl says what its commands take. */
class DocumentsTest {
    private static final Pattern OPTION = Pattern.compile("`(?:-[a-zA-Z]`, `)?(--[a-z0-9-]+)[^`]*`");

    private static void collect(CommandSpec spec, Set<String> options) {
        spec.options().forEach(option -> options.add(option.longestName()));
        for (CommandLine below : spec.subcommands().values()) {
            collect(below.getCommandSpec(), options);
        }
    }

    @Test
    void theTableOfOptionsIsComplete() throws IOException {
        Set<String> options = new TreeSet<>();
        CommandLine root = Weldrctl.bare();
        CommandTree.addAll(root);
        collect(root.getCommandSpec(), options);
        options.removeAll(Set.of("--help", "--version"));
        Set<String> documented = new TreeSet<>();
        boolean table = false;
        for (String line : Files.readAllLines(Path.of("..", "docs", "reference", "weldrctl.md"))) {
            table = line.startsWith("## ") ? line.equals("## Options") : table;
            if (table && line.startsWith("| `")) {
                String names = line.split("(?<!\\\\)\\|", -1)[1];
                OPTION.matcher(names).results().forEach(one -> documented.add(one.group(1)));
            }
        }
        assertThat(documented).isEqualTo(options);
    }
}
