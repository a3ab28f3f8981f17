package io.weldr.node;

import io.weldr.node.config.NodeConfig;
import io.weldr.trust.SecretException;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Commands that take the settings of a node and start none. */
final class OfflineCommands {
    private static final String CHECK = "check";
    private static final String RESTORE = "restore";
    private static final String RECOVER = "recover";
    private static final String IGNORE_KEYS = "--ignore-keys";
    private static final String FROM_DATA_DIR = "--from-data-dir";
    private static final String DRY_RUN = "--dry-run";
    private static final String YES = "--yes";

    private OfflineCommands() {}

    /** The commands, without the options of the settings. */
    static List<CommandSpec> withSettings() {
        CommandSpec check = CommandSpec.create().name(CHECK);
        check.usageMessage().description("Checks the configuration and prints it. Starts nothing.");
        CommandSpec restore = CommandSpec.create().name(RESTORE);
        restore.usageMessage()
                .description(
                        "Makes this node, whose data folder is empty, the first member of a new cluster with the state of a"
                                + " backup. Starts nothing.");
        restore.addPositional(file("a file of weldrctl backup"));
        restore.addOption(flag(IGNORE_KEYS, "restore also if the secret of this node does not open the private keys"));
        CommandSpec recover = CommandSpec.create().name(RECOVER);
        recover.usageMessage()
                .description(
                        "After the loss of the majority: makes this node, which is stopped, the only member of a new cluster"
                                + " with the state in its data folder. Starts nothing.");
        recover.addOption(OptionSpec.builder(FROM_DATA_DIR)
                .type(boolean.class)
                .required(true)
                .description("take the state in the data folder; to take a backup: weldr restore")
                .build());
        recover.addOption(flag(DRY_RUN, "print what is in the data folder, and change nothing"));
        recover.addOption(flag(YES, "do it; without it nothing is changed"));
        return List.of(check, restore, recover);
    }

    static PositionalParamSpec file(String description) {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .required(true)
                .type(String.class)
                .paramLabel("FILE")
                .description(description)
                .build();
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .description(description)
                .build();
    }

    /**
     * Runs one of them.
     *
     * @return the exit code
     * @throws SecretException the file of the secret cannot be used
     */
    static int run(ParseResult command, NodeConfig config, PrintStream out, PrintStream err) throws SecretException {
        return switch (command.commandSpec().name()) {
            case RESTORE ->
                RestoreCommand.run(
                        config, command.matchedPositionalValue(0, ""), given(command, IGNORE_KEYS), out, err);
            case RECOVER -> RecoverCommand.run(config, mode(command), out, err);
            default -> {
                out.println(Describe.config(config));
                yield Main.EXIT_OK;
            }
        };
    }

    private static RecoverCommand.Mode mode(ParseResult command) {
        if (given(command, DRY_RUN)) {
            return RecoverCommand.Mode.DRY_RUN;
        }
        return given(command, YES) ? RecoverCommand.Mode.YES : RecoverCommand.Mode.ASK;
    }

    private static boolean given(ParseResult command, String option) {
        return command.matchedOptionValue(option, false);
    }
}
