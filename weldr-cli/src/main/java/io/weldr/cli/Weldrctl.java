package io.weldr.cli;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

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
            Weldrctl.Completion.class,
            Weldrctl.Help.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  refused, the output could not be written, or something unforeseen",
            "  2  the command line or a value is not valid; nothing was done",
            "  3  there is no such origin, pool or member",
            "  4  another entry is there, the state moved on, or the members are changing",
            "  5  no node could be reached, or none that reaches a leader; nothing was done",
            "  6  nobody knows whether it was done"
        })
public final class Weldrctl implements Runnable {
    /** As wide as a line of help may be; narrower terminals are rare. */
    private static final int HELP_WIDTH = 100;

    @Option(
            names = {"-e", "--endpoint"},
            paramLabel = "H:P[,H:P...]",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:WELDR_ENDPOINT:-127.0.0.1:8787}",
            description =
                    "gRPC addresses of nodes, asked in turn until one answers; IPv6 in brackets. Also WELDR_ENDPOINT. Default: 127.0.0.1:8787")
    private String endpoint = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "table or json; with json an error is JSON on standard error. Default: table")
    private Output.Format format = Output.Format.table;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            scope = ScopeType.INHERIT,
            description =
                    "When to give up, over all nodes and attempts, from the start of weldrctl on. Default: 8s; 25s for changes of the members")
    private @Nullable String timeout;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    private final ResultStream result;
    private final long beganNanos;
    private final Alarm alarm;

    private Weldrctl(ResultStream result, long beganNanos, Alarm alarm) {
        this.result = result;
        this.beganNanos = beganNanos;
        this.alarm = alarm;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        long beganNanos = System.nanoTime() - ProcessAge.now().toNanos();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Report report = Report.of(err, args);
        // What libraries have to say is no business of whoever types a command: it gets one line.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        LogManager.getLogManager().reset();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> report.print(unforeseen(failure)));
        Alarm alarm = new Alarm(verdict -> Runtime.getRuntime().halt(report.print(verdict)));
        int code;
        try {
            code = run(new FileOutputStream(FileDescriptor.out), err, beganNanos, alarm, args);
        } catch (RuntimeException | Error e) {
            code = report.print(unforeseen(e));
        }
        System.exit(code);
    }

    private static CliException unforeseen(Throwable failure) {
        return new CliException(ExitCode.REFUSED, "unforeseen: " + failure);
    }

    /** Runs one command and returns its exit code. */
    static int run(OutputStream out, PrintWriter err, String... args) {
        return run(out, err, System.nanoTime(), new Alarm(null), args);
    }

    /** All commands and options. */
    static CommandSpec spec() {
        OutputStream nowhere = OutputStream.nullOutputStream();
        return new CommandLine(new Weldrctl(new ResultStream(nowhere), 0, new Alarm(null))).getCommandSpec();
    }

    /** @param beganNanos when whoever waits for the command began to wait */
    static int run(OutputStream to, PrintWriter err, long beganNanos, Alarm alarm, String... args) {
        ResultStream result = new ResultStream(to);
        PrintWriter out = new PrintWriter(result, false, StandardCharsets.UTF_8);
        Report report = Report.of(err, args);
        int code = commandLine(new Weldrctl(result, beganNanos, alarm), report)
                .setOut(out)
                .setErr(err)
                .execute(args);
        out.flush();
        try {
            result.check(); // of help and the like; commands have looked already
        } catch (CliException | ReaderGoneException e) {
            return code == ExitCode.DONE.code() ? ended(report, e) : code;
        }
        return code;
    }

    private static CommandLine commandLine(Weldrctl root, Report report) {
        return new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .setParameterExceptionHandler((failure, args) -> report.print(usage(failure)))
                .setExecutionExceptionHandler((failure, command, parsed) -> ended(report, failure));
    }

    private static int ended(Report report, Exception failure) {
        if (failure instanceof ReaderGoneException) {
            return ExitCode.REFUSED.code();
        }
        return report.print(failure instanceof CliException known ? known : unforeseen(failure));
    }

    /** One line that says what is wrong, what was probably meant, and where to read on; picocli would print the whole help. */
    private static CliException usage(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        String line = failure instanceof UnmatchedArgumentException unmatched
                ? unknown(command, unmatched.getUnmatched().get(0))
                : String.valueOf(failure.getMessage());
        return new CliException(
                ExitCode.USAGE, line + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
    }

    private static String unknown(CommandLine command, String word) {
        CommandSpec spec = command.getCommandSpec();
        boolean option = word.startsWith("-");
        if (!option && spec.subcommands().isEmpty()) {
            return "\"" + word + "\" is one argument too many";
        }
        String name = option && word.indexOf('=') > 0 ? word.substring(0, word.indexOf('=')) : word;
        Collection<String> known =
                option ? spec.optionsMap().keySet() : spec.subcommands().keySet();
        String meant = Slip.nearest(name, known);
        return "there is no " + (option ? "option" : "command") + " \"" + name + "\""
                + (meant == null ? "" : "; did you mean " + meant + "?");
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    Session session() {
        List<Endpoint> endpoints = Endpoint.parseList(endpoint);
        if (timeout == null) {
            return new Session(endpoints, null, beganNanos, alarm);
        }
        Duration patience = Values.parseDuration("--timeout", timeout);
        if (patience.isZero() || patience.compareTo(Duration.ofHours(1)) > 0) {
            throw new CliException(ExitCode.USAGE, "--timeout: " + timeout + " (expected: more than 0, at most 1h)");
        }
        return new Session(endpoints, patience, beganNanos, alarm);
    }

    /** @param out writes to standard output */
    Output output(PrintWriter out) {
        return new Output(out, result, format);
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

    /** {@code help [COMMAND...]}: the same as {@code COMMAND... --help}. */
    @Command(
            name = "help",
            helpCommand = true,
            mixinStandardHelpOptions = true,
            description = "Shows how to use a command, such as: weldrctl help servers add")
    static final class Help implements Runnable {
        @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command. Default: all of weldrctl")
        private List<String> path = new ArrayList<>();

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run()
        private CommandSpec spec;

        @Override
        public void run() {
            CommandLine shown = spec.parent().commandLine();
            for (String word : path) {
                CommandLine next = shown.getSubcommands().get(word);
                if (next == null) {
                    throw new ParameterException(shown, unknown(shown, word));
                }
                shown = next;
            }
            shown.usage(spec.commandLine().getOut());
        }
    }
}
