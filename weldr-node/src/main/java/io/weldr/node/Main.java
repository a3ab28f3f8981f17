package io.weldr.node;

import io.weldr.node.config.ConfigException;
import io.weldr.node.config.ConfigReader;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import io.weldr.trust.SecretException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.Security;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code weldr}: reads the command line, then runs a node until it is told to stop. */
public final class Main {
    /** Stopped when asked to. */
    static final int EXIT_OK = 0;

    /** The node could not start, or failed. */
    static final int EXIT_FAILED = 1;

    /** What was asked for makes no sense. */
    static final int EXIT_USAGE = 2;

    /**
     * The node was taken out of its cluster. Not 3, which is how the JVM ends when the heap is full
     * (ExitOnOutOfMemoryError): what starts nodes again has to tell the two apart.
     */
    static final int EXIT_REMOVED = 4;

    /**
     * The node was asked to restart: a service manager starts it again. Not 0, so that one that starts only what has
     * failed does so, too.
     */
    static final int EXIT_RESTART = 10;

    private static final String CONFIG = "--config";
    private static final String SECRET = "secret";
    private static final String BACKUP_INFO = "backup-info";

    private Main() {}

    /** See {@code weldr --help}. */
    public static void main(String[] arguments) {
        int exit = run(arguments, System.getenv(), System.out, System.err);
        if (exit != EXIT_OK) {
            System.exit(exit);
        }
    }

    /**
     * {@code --insecure check} as {@code --insecure=true check}: what is called like a command is the value of an
     * option that needs one, as in {@code --secret-file secret}, and no value of an option that can do without.
     */
    private static String[] withValues(CommandSpec spec, String[] arguments) {
        String[] words = arguments.clone();
        for (int i = 0; i + 1 < words.length; i++) {
            OptionSpec option = spec.findOption(words[i]);
            if (option != null
                    && option.arity().min() == 0
                    && option.arity().max() > 0
                    && spec.subcommands().containsKey(words[i + 1])) {
                words[i] += "=" + option.fallbackValue();
            }
        }
        return words;
    }

    /** Runs to the end and returns the exit code. */
    static int run(String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        keepNoAddresses();
        CommandLine command = new CommandLine(spec())
                .setOverwrittenOptionsAllowed(true) // the last one wins
                .setAllowSubcommandsAsOptionParameters(true);
        ParseResult parsed;
        try {
            parsed = command.parseArgs(withValues(command.getCommandSpec(), arguments));
        } catch (ParameterException e) {
            err.println("weldr: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("unusable arguments")
                    + " (weldr --help lists what there is)");
            return EXIT_USAGE;
        }
        if (parsed.isUsageHelpRequested()) {
            command.usage(out);
            return written(out, err);
        }
        if (parsed.isVersionHelpRequested()) {
            out.println("weldr " + Version.text());
            return written(out, err);
        }
        ParseResult options = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
        if (options.isUsageHelpRequested()) {
            options.commandSpec().commandLine().usage(out);
            return written(out, err);
        }
        String name = options.commandSpec().name();
        if (name.equals(SECRET) || name.equals(BACKUP_INFO)) {
            String file = options.matchedPositionalValue(0, "");
            int exit = name.equals(SECRET) ? NewSecret.make(file, out, err) : BackupInfo.print(file, out, err);
            return exit == EXIT_OK ? written(out, err) : exit;
        }
        try {
            NodeConfig config = config(parsed, options, environment);
            ConfigReader.unknownVariables(environment).forEach(line -> err.println("weldr: " + line));
            if (!parsed.hasSubcommand()) {
                return NodeProcess.run(config, environment, err);
            }
            int exit = OfflineCommands.run(options, config, out, err);
            return exit == EXIT_OK ? written(out, err) : exit;
        } catch (ConfigException | SecretException e) {
            err.println("weldr: " + e.getMessage());
            return EXIT_USAGE;
        }
    }

    /**
     * The virtual machine would keep addresses for 30 s and failures for 10 s, below a resolver that promises to follow
     * a name within 10 s. It reads these properties once, at its first lookup, so they are set before anything is
     * looked up.
     */
    private static void keepNoAddresses() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** A stream swallows why it cannot be written; that it cannot must not pass for success. */
    private static int written(PrintStream out, PrintStream err) {
        if (out.checkError()) {
            err.println("weldr: standard output cannot be written (expected: a reader, and room on the disk)");
            return EXIT_FAILED;
        }
        return EXIT_OK;
    }

    private static NodeConfig config(ParseResult outer, ParseResult inner, Map<String, String> environment)
            throws ConfigException {
        Map<Setting, String> flags = new LinkedHashMap<>();
        for (ParseResult options : new ParseResult[] {outer, inner}) {
            for (Setting setting : Setting.values()) {
                if (options.hasMatchedOption(setting.flag())) {
                    flags.put(setting, options.matchedOptionValue(setting.flag(), ""));
                }
            }
        }
        String file = given(inner, given(outer, environment.get("WELDR_CONFIG")));
        return ConfigReader.read(file == null ? null : Path.of(file), environment, flags);
    }

    private static @Nullable String given(ParseResult options, @Nullable String otherwise) {
        return options.matchedOptionValue(CONFIG, otherwise);
    }

    private static CommandSpec spec() {
        CommandSpec spec = options(CommandSpec.create().name("weldr"));
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .type(boolean.class)
                .description("print the version")
                .build());
        spec.usageMessage()
                .description(
                        "Runs one node of a weldr cluster. Without arguments: a cluster of one, with its state in ./weldr-data.")
                .footer(
                        "",
                        "Every option is also a key of the YAML file (proxy-address: ...) and a variable (WELDR_PROXY_ADDRESS).",
                        "docs/reference/limits.md lists the limits of the data plane, such as --limits-connect-timeout.",
                        "An option has precedence over a variable, and a variable over the file.",
                        "",
                        "Exit codes: 0 stopped, 1 could not start or failed, 2 bad arguments or configuration, 3 out of memory, 4 removed from the cluster, 10 asked to restart.");
        for (CommandSpec command : OfflineCommands.withSettings()) {
            spec.addSubcommand(command.name(), new CommandLine(options(command)));
        }
        spec.addSubcommand(
                SECRET,
                new CommandLine(ofFile(
                        SECRET,
                        "Makes a file with a new secret of a cluster, with mode 600. Does not change a file that has a secret.",
                        "the file for the setting secret-file; its folder must exist")));
        spec.addSubcommand(
                BACKUP_INFO,
                new CommandLine(ofFile(
                        BACKUP_INFO,
                        "Checks a backup file and prints what is in it. Needs no cluster.",
                        "a file of weldrctl backup")));
        return spec;
    }

    private static CommandSpec ofFile(String name, String description, String file) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().width(110).description(description);
        spec.addOption(help());
        return spec.addPositional(OfflineCommands.file(file));
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .type(boolean.class)
                .description("print this help")
                .build();
    }

    private static CommandSpec options(CommandSpec spec) {
        spec.usageMessage().sortOptions(false).width(110).abbreviateSynopsis(true);
        spec.addOption(help());
        spec.addOption(OptionSpec.builder(CONFIG)
                .type(String.class)
                .paramLabel("FILE")
                .description("a YAML file with any of the settings below")
                .build());
        for (Setting setting : Setting.values()) {
            String[] names = setting.flagAlias() == null
                    ? new String[] {setting.flag()}
                    : new String[] {setting.flag(), setting.flagAlias()};
            OptionSpec.Builder option = OptionSpec.builder(names)
                    .type(String.class)
                    .paramLabel(setting.placeholder())
                    .hidden(setting.isLimit()) // there are many, and docs/reference/limits.md explains them
                    .description(setting.help()
                            + (setting.defaultText().isEmpty() || setting.isSwitch()
                                    ? ""
                                    : " [" + setting.defaultText() + "]"));
            if (setting.isSwitch()) {
                option.arity("0..1").fallbackValue("true");
            }
            spec.addOption(option.build());
        }
        return spec;
    }
}
