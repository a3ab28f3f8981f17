package io.weldr.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line: {@code weldrctl [options] servers|health|stats|cluster|watch|completion}. */
@Command(
        name = "weldrctl",
        description = "Looks after a weldr cluster, through any of its nodes.",
        mixinStandardHelpOptions = true,
        versionProvider = Weldrctl.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServersCommand.class,
            HealthCommand.class,
            StatsCommand.class,
            ClusterCommand.class,
            WatchCommand.class,
            Weldrctl.Completion.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  refused, or something unforeseen",
            "  2  the command line or a value is not valid; nothing was done",
            "  3  there is no such origin, pool or member",
            "  4  another entry is there, the state moved on, or the members are changing",
            "  5  no node could be reached, or none that reaches a leader; nothing was done",
            "  6  nobody knows whether it was done"
        })
public final class Weldrctl implements Runnable {
    @Option(
            names = {"-e", "--endpoint"},
            paramLabel = "H:P[,H:P...]",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:WELDR_ENDPOINT:-127.0.0.1:8787}",
            description =
                    "gRPC addresses of nodes, asked in turn until one answers. Also WELDR_ENDPOINT. Default: 127.0.0.1:8787")
    private String endpoint = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "table or json. Default: table")
    private Output.Format format = Output.Format.table;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            scope = ScopeType.INHERIT,
            description = "When to give up, over all nodes. Default: 8s; 25s for changes of the members")
    private @Nullable String timeout;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(out, err, args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** Runs one command and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    private static CommandLine commandLine() {
        return new CommandLine(new Weldrctl())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Weldrctl::usage)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    ExitCode code = failure instanceof CliException known ? known.exitCode() : ExitCode.REFUSED;
                    String line = failure instanceof CliException
                            ? String.valueOf(failure.getMessage())
                            : "unforeseen: " + failure;
                    command.getErr().println("weldrctl: " + Output.printable(line));
                    return code.code();
                });
    }

    /** One line that says what is wrong and where to read on; picocli would print the whole help. */
    private static int usage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr()
                .println("weldrctl: " + Output.printable(String.valueOf(failure.getMessage())) + " (see " + name
                        + " --help)");
        return ExitCode.USAGE.code();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    Session session() {
        if (timeout == null) {
            return new Session(Endpoint.parseList(endpoint), null);
        }
        Duration patience = Values.parseDuration("--timeout", timeout);
        if (patience.isZero() || patience.compareTo(Duration.ofHours(1)) > 0) {
            throw new CliException(ExitCode.USAGE, "--timeout: " + timeout + " (expected: more than 0, at most 1h)");
        }
        return new Session(Endpoint.parseList(endpoint), patience);
    }

    Output.Format format() {
        return format;
    }

    /** The version that the jar was built with. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Weldrctl.class.getPackage().getImplementationVersion();
            return new String[] {"weldrctl " + (version == null ? "(not from a jar)" : version)};
        }
    }

    /** Prints the script that completes command lines. */
    @Command(
            name = "completion",
            mixinStandardHelpOptions = true,
            description = "Prints a completion script for bash and zsh: source <(weldrctl completion)")
    static final class Completion implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run()
        private CommandSpec spec;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            out.print(AutoComplete.bash("weldrctl", spec.root().commandLine()));
            out.flush();
        }
    }
}
