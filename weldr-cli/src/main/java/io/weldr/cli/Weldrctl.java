package io.weldr.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line: {@code weldrctl [options] pools|listeners|routes|certs|servers|health|...}. */
@Command(
        name = "weldrctl",
        description = "Controls a weldr cluster, through any of its nodes.",
        versionProvider = Weldrctl.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  refused, the output could not be written, or an unexpected failure",
            "  2  the command line or a value is not valid; nothing was done",
            "  3  there is no such origin, pool, listener, route, certificate, token, member or context",
            "  4  another entry exists, the state has changed, or the members are changing",
            "  5  no node could be reached, or none that reaches a leader; nothing was done",
            "  6  the outcome is not known",
            "  7  doctor has findings",
            "  8  a rolling restart stopped; the output has the command to go on"
        })
public final class Weldrctl implements Runnable {
    private static final String ENDPOINT_VARIABLE = "WELDR_ENDPOINT";
    /**
     * Commands that run before that of the command line, with commas between them and a plus between words. The
     * training run of the distribution sets it: of all that one process does, a cache is recorded that makes it fast.
     */
    private static final String TRAINING_PROPERTY = "weldrctl.training";

    private static final String ENDPOINT_DEFAULT = "127.0.0.1:8787";

    /** As wide as a line of help may be; narrower terminals are rare. */
    private static final int HELP_WIDTH = 100;

    @Option(
            names = {"-e", "--endpoint"},
            paramLabel = "H:P[,H:P...]",
            scope = ScopeType.INHERIT,
            description = "gRPC addresses of nodes, tried in turn until one answers; IPv6 in brackets. Also "
                    + ENDPOINT_VARIABLE + ". Default: " + ENDPOINT_DEFAULT)
    private @Nullable String endpoint;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description =
                    "The cluster that is meant, of those that weldrctl context ls lists. Default: the current one")
    private @Nullable String context;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A file with the token. Beyond loopback it is sent only over TLS")
    private @Nullable String tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "Authorities of the certificates of nodes, PEM: weldrctl secret ca. Default: those of the Java platform")
    private @Nullable String caFile;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "The secret of the cluster: weldrctl makes itself the certificate of an administrator for ten minutes")
    private @Nullable String secretFile;

    @Option(
            names = "--cert-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A client certificate, PEM, with its chain")
    private @Nullable String certFile;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The private key of the client certificate, PEM, without a password")
    private @Nullable String keyFile;

    @Option(names = "--tls", scope = ScopeType.INHERIT, description = "Speak TLS on loopback too, as through a tunnel")
    private boolean tls;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            scope = ScopeType.INHERIT,
            description = "The reason of a change, for the history: one line of up to 256 characters")
    private @Nullable String reason;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "table, wide, json or yaml; with json an error is JSON on standard error. Default: table")
    private @Nullable Format format;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            scope = ScopeType.INHERIT,
            description =
                    "When to give up, over all nodes and attempts, from the start of weldrctl on. Default: 8s; 25s for changes of the members")
    private @Nullable String timeout;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows the version of weldrctl")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean version;

    /** The words of {@code --output}. */
    enum Format {
        table,
        json,
        yaml,
        wide
    }

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
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> report.print(unforeseen(failure)));
        Alarm alarm = new Alarm(verdict -> Runtime.getRuntime().halt(report.print(verdict)));
        int code;
        try {
            train(System.getProperty(TRAINING_PROPERTY));
            code = run(new FileOutputStream(FileDescriptor.out), err, beganNanos, alarm, args);
        } catch (RuntimeException | Error e) {
            code = report.print(unforeseen(e));
        }
        // System.exit would run shutdown hooks, of which weldrctl has none, and load a logger for that event.
        Runtime.getRuntime().halt(code);
    }

    private static void train(@Nullable String commands) {
        if (commands != null) {
            PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            for (String command : commands.split(",", -1)) {
                int code = run(OutputStream.nullOutputStream(), err, command.split("\\+", -1));
                if (code != ExitCode.DONE.code()) {
                    throw new IllegalStateException(command + " ended with " + code);
                }
            }
        }
    }

    private static CliException unforeseen(Throwable failure) {
        return new CliException(ExitCode.REFUSED, "unexpected: " + failure);
    }

    /** Runs one command and returns its exit code. */
    static int run(OutputStream out, PrintWriter err, String... args) {
        return run(out, err, System.nanoTime(), new Alarm(null), args);
    }

    /** The root alone, for a look at its options. */
    static CommandLine bare() {
        return new CommandLine(new Weldrctl(new ResultStream(OutputStream.nullOutputStream()), 0, new Alarm(null)));
    }

    /** @param beganNanos when whoever waits for the command began to wait */
    static int run(OutputStream to, PrintWriter err, long beganNanos, Alarm alarm, String... args) {
        ResultStream result = new ResultStream(to);
        PrintWriter out = new PrintWriter(result, false, StandardCharsets.UTF_8);
        Report report = Report.of(err, args);
        int code = execute(() -> new CommandLine(new Weldrctl(result, beganNanos, alarm)), out, report, args);
        out.flush();
        try {
            result.check(); // of help and the like; commands have looked already
        } catch (CliException | ReaderGoneException e) {
            return code == ExitCode.DONE.code() ? ended(report, e) : code;
        }
        return code;
    }

    /**
     * Tries the commands that the words can call. A line that is wrong, and one that asks for help, gets all commands.
     */
    private static int execute(Supplier<CommandLine> roots, PrintWriter out, Report report, String... args) {
        CommandLine called = roots.get();
        CommandTree.addCalled(called, new HashSet<>(List.of(args)));
        return set(called, out, report)
                .setParameterExceptionHandler((failure, line) -> executeWithAll(roots, true, out, report, args))
                .setExecutionStrategy(parsed -> {
                    boolean helps = asksForHelp(parsed);
                    boolean completes = !helps && called(parsed, command -> command instanceof Completion);
                    return helps || completes
                            ? executeWithAll(roots, !completes, out, report, args)
                            : new RunLast().execute(parsed);
                })
                .execute(args);
    }

    private static boolean asksForHelp(ParseResult parsed) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            if (level.isUsageHelpRequested()) {
                return true;
            }
        }
        return called(parsed, command -> command instanceof Help);
    }

    private static boolean called(ParseResult parsed, Predicate<Object> which) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            if (which.test(level.commandSpec().userObject())) {
                return true;
            }
        }
        return false;
    }

    /** @param read whether a person reads what this prints, and not a shell */
    private static int executeWithAll(
            Supplier<CommandLine> roots, boolean read, PrintWriter out, Report report, String... args) {
        CommandLine all = roots.get();
        CommandTree.addAll(all);
        if (read) {
            all.getSubcommands().values().forEach(Weldrctl::showOwnOptions);
        }
        return set(all, out, report)
                .setUsageHelpWidth(HELP_WIDTH)
                .setParameterExceptionHandler((failure, line) -> report.print(UsageError.of(failure)))
                .execute(args);
    }

    /** What every command takes is said once: beside it, the options of a command itself would be hard to find. */
    private static void showOwnOptions(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        for (OptionSpec option : List.copyOf(spec.options())) {
            if (option.inherited() && !option.hidden()) {
                spec.remove(option);
                spec.addOption(OptionSpec.builder(option)
                        .scopeType(ScopeType.LOCAL)
                        .hidden(true)
                        .build());
            }
        }
        spec.usageMessage().footer("", "Every command also has the options of weldrctl --help.");
        command.getSubcommands().values().forEach(Weldrctl::showOwnOptions);
    }

    /** Has to come when all commands are added: picocli hands these settings down only then. */
    private static CommandLine set(CommandLine root, PrintWriter out, Report report) {
        return root.setOut(out)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowSubcommandsAsOptionParameters(true)
                .registerConverter(Integer.class, text -> (int) Values.parseCount(text, Integer.MAX_VALUE))
                .registerConverter(Long.class, text -> Values.parseCount(text, Long.MAX_VALUE))
                .setExecutionExceptionHandler((failure, command, parsed) -> ended(report, failure));
    }

    private static int ended(Report report, Exception failure) {
        if (failure instanceof ReaderGoneException) {
            return ExitCode.REFUSED.code();
        }
        return report.print(failure instanceof CliException known ? known : unforeseen(failure));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    Session session() {
        return session(timeout);
    }

    /** A session that gives up after the time that the user gave, or after that one if none was given. */
    Session sessionOf(String otherwise) {
        return session(timeout == null ? otherwise : timeout);
    }

    /** A session that gives up after that time. */
    Session session(@Nullable String limit) {
        Access access = access();
        if (limit == null) {
            return new Session(access, null, beganNanos, alarm);
        }
        Duration patience = Values.parseDuration("--timeout", limit);
        if (patience.isZero() || patience.compareTo(Duration.ofHours(1)) > 0) {
            throw new CliException(ExitCode.USAGE, "--timeout: " + limit + " (expected: more than 0, at most 1h)");
        }
        return new Session(access, patience, beganNanos, alarm);
    }

    /** An option counts more than a variable, and a variable more than the context. */
    private Access access() {
        String endpointGiven = given(endpoint, ENDPOINT_VARIABLE);
        Map<String, Object> kept = Map.of();
        if (context != null || endpointGiven == null) {
            // Whoever names nodes means these, and not the credentials of another cluster.
            Path file = Contexts.file(System.getenv());
            kept = context != null || Files.exists(file) ? Contexts.read(file).get(context) : kept;
        }
        String nodes = endpointGiven != null ? endpointGiven : text(kept, Contexts.ENDPOINT);
        // A client shows one certificate: an option replaces the other kind in the context.
        boolean given = secretFile != null || certFile != null || keyFile != null;
        String secret = given ? secretFile : text(kept, Contexts.SECRET_FILE);
        Access.Identity identity = given
                ? Access.Identity.of(certFile, keyFile)
                : Access.Identity.of(text(kept, Contexts.CERT_FILE), text(kept, Contexts.KEY_FILE));
        return new Access(
                Endpoint.parseList(nodes == null ? ENDPOINT_DEFAULT : nodes),
                tokenFile != null ? tokenFile : text(kept, Contexts.TOKEN_FILE),
                caFile != null ? caFile : text(kept, Contexts.CA_FILE),
                secret,
                identity,
                tls || Boolean.TRUE.equals(kept.get(Contexts.TLS)),
                reason);
    }

    private static @Nullable String given(@Nullable String option, String variable) {
        String value = option != null ? option : System.getenv(variable);
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable String text(Map<String, Object> kept, String key) {
        return kept.get(key) instanceof String value ? value : null;
    }

    /** What the options say of a context to be kept. Files are kept with whole paths. */
    Map<String, Object> contextMembers() {
        Map<String, Object> members = new LinkedHashMap<>();
        if (endpoint != null) {
            var unused = Endpoint.parseList(endpoint);
            members.put(Contexts.ENDPOINT, endpoint);
        }
        putFile(members, Contexts.TOKEN_FILE, tokenFile);
        putFile(members, Contexts.CA_FILE, caFile);
        putFile(members, Contexts.SECRET_FILE, secretFile);
        if (Access.Identity.of(certFile, keyFile) != null && secretFile != null) {
            throw UsageError.of(spec, "--secret-file and --cert-file (expected: one of them)");
        }
        putFile(members, Contexts.CERT_FILE, certFile);
        putFile(members, Contexts.KEY_FILE, keyFile);
        if (tls) {
            members.put(Contexts.TLS, true);
        }
        return members;
    }

    private static void putFile(Map<String, Object> members, String key, @Nullable String file) {
        if (file != null) {
            members.put(key, Path.of(file).toAbsolutePath().normalize().toString());
        }
    }

    /** The file that {@code --secret-file} names; null: it was not given. */
    @Nullable String secretFile() {
        return secretFile;
    }

    /** @param out writes to standard output */
    Output output(PrintWriter out) {
        return new Output(out, result, format == null ? Format.table : format);
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
    @Command(description = "Prints a completion script for bash and zsh: source <(weldrctl completion)")
    static final class Completion implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run()
        private CommandSpec spec;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            out.print(AutoComplete.bash("weldrctl", spec.root().commandLine()));
            out.print(Names.SCRIPT);
            out.flush();
        }
    }

    /** {@code help [COMMAND...]}: the same as {@code COMMAND... --help}. */
    @Command(helpCommand = true, description = "Shows how to use a command, such as: weldrctl help servers add")
    static final class Help implements Runnable {
        @Parameters(
                paramLabel = "COMMAND",
                arity = "0..*",
                description = "The command. Default: the one that help belongs to")
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
                    throw new ParameterException(shown, UsageError.unknown(shown, word));
                }
                shown = next;
            }
            shown.usage(spec.commandLine().getOut());
        }
    }
}
