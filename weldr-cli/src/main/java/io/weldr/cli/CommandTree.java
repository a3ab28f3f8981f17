package io.weldr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The commands of weldrctl below its root, by the words that call them. picocli reads the annotations of a command by
 * reflection when the command is added. A run of weldrctl therefore adds only the commands that its words can mean.
 *
 * @param names the name of the command, and its aliases
 * @param command makes the object that picocli reads
 * @param below the commands of this command
 */
record CommandTree(List<String> names, Supplier<Object> command, List<CommandTree> below) {
    private static final CommandTree HELP = of(Weldrctl.Help::new, "help");

    private static final List<CommandTree> ALL = List.of(
            of(
                    ServersCommand::new,
                    List.of(
                            of(ServersAdd::new, "add", "create"),
                            of(ServersCommand.Remove::new, "rm", "delete", "remove"),
                            of(ServersSet::new, "set", "update"),
                            of(ServersList::new, "ls", "list", "show"),
                            of(ServersGet::new, "get"),
                            HELP),
                    "servers"),
            resource("Manages pools of origins, and their balancing.", Kind::pools, PoolOptions::new, "pools"),
            resource(
                    "Manages the addresses on which nodes accept connections.",
                    Kind::listeners,
                    ListenerOptions::new,
                    "listeners"),
            resource(
                    "Manages routes: conditions on requests, their pools, and edits.",
                    Kind::routes,
                    RouteOptions::new,
                    "routes",
                    of(RouteTests::new, "test")),
            certificates(),
            of(ExplainCommand::new, "explain"),
            of(
                    HealthCommand::new,
                    List.of(of(HealthCommand.Get::new, "get", "show"), of(HealthCommand.Set::new, "set"), HELP),
                    "health"),
            of(StatsCommand::new, "stats"),
            of(
                    ClusterCommand::new,
                    List.of(
                            of(ClusterCommand.Status::new, "status", "show", "list", "ls"),
                            of(ClusterCommand.Add::new, "add"),
                            of(ClusterCommand.Remove::new, "remove", "delete", "rm"),
                            of(ClusterCommand.Replace::new, "replace"),
                            of(ClusterCommand.Promote::new, "promote"),
                            of(ClusterCommand.TransferLeader::new, "transfer-leader"),
                            of(RestartCommand::new, "restart"),
                            HELP),
                    "cluster"),
            of(
                    TokensCommand::new,
                    List.of(
                            of(TokensCommand.Create::new, "create", "add"),
                            of(TokensCommand.ListAll::new, "ls", "list"),
                            of(TokensCommand.Get::new, "get", "show"),
                            of(TokensCommand.Remove::new, "rm", "delete", "remove"),
                            HELP),
                    "tokens"),
            of(
                    ContextCommand::new,
                    List.of(
                            of(ContextCommand.Use::new, "use"),
                            of(ContextCommand.ListAll::new, "ls", "list"),
                            of(ContextCommand.Add::new, "add", "create"),
                            of(ContextCommand.Remove::new, "rm", "delete", "remove"),
                            HELP),
                    "context"),
            of(SecretCommand::new, List.of(of(SecretCommand.Ca::new, "ca"), HELP), "secret"),
            of(TopCommand::new, "top"),
            of(DoctorCommand::new, "doctor"),
            of(SupportBundleCommand::new, "support-bundle"),
            of(BackupCommand::new, "backup"),
            of(ReadyCommand::new, "ready"),
            of(HistoryCommand::new, "history"),
            of(WatchCommand::new, "watch"),
            of(Weldrctl.Completion::new, "completion"),
            HELP);

    /** Commands that are no help to people. They are added when they are called. */
    private static final List<CommandTree> HIDDEN = List.of(of(Names::new, Names.COMMAND));

    private static CommandTree resource(
            String description,
            Supplier<Kind> kind,
            Supplier<ResourceOptions> options,
            String plural,
            CommandTree... more) {
        List<CommandTree> below = new ArrayList<>(List.of(
                of(() -> new ResourceWrites.Add(kind.get(), options.get()), "add", "create"),
                of(() -> new ResourceCommand.Remove(kind.get()), "rm", "delete", "remove"),
                of(() -> new ResourceWrites.Set(kind.get(), options.get()), "set", "update"),
                of(() -> new ResourceCommand.ListAll(kind.get()), "ls", "list"),
                of(() -> new ResourceCommand.Get(kind.get()), "get", "show")));
        below.addAll(List.of(more));
        below.add(HELP);
        return of(
                () -> new ResourceCommand(description, "add, rm, set, get or ls is missing"),
                List.copyOf(below),
                plural);
    }

    private static CommandTree certificates() {
        Supplier<Kind> kind = Kind::certificates;
        return of(
                () -> new ResourceCommand(
                        "Manages certificates with their private keys, and ACME.",
                        "add, obtain, rm, set, get or ls is missing"),
                List.of(
                        of(CertificateCommands.Add::new, "add", "create"),
                        of(CertificateCommands.Obtain::new, "obtain"),
                        of(() -> new ResourceCommand.Remove(kind.get()), "rm", "delete", "remove"),
                        of(() -> new ResourceWrites.Set(kind.get(), new CertificateOptions()), "set", "update"),
                        of(() -> new ResourceCommand.ListAll(kind.get()), "ls", "list"),
                        of(() -> new ResourceCommand.Get(kind.get()), "get", "show"),
                        HELP),
                "certs",
                "certificates");
    }

    private static CommandTree of(Supplier<Object> command, String... names) {
        return of(command, List.of(), names);
    }

    private static CommandTree of(Supplier<Object> command, List<CommandTree> below, String... names) {
        return new CommandTree(List.of(names), command, below);
    }

    /** Adds all commands. */
    static void addAll(CommandLine root) {
        ALL.forEach(one -> one.addTo(root, null));
    }

    /**
     * Adds the commands that are called by one of these words, at any place. A word that calls no command adds none.
     */
    static void addCalled(CommandLine root, Set<String> words) {
        ALL.forEach(one -> one.addTo(root, words));
        HIDDEN.forEach(one -> one.addTo(root, words));
    }

    private void addTo(CommandLine parent, @Nullable Set<String> words) {
        if (words != null && names.stream().noneMatch(words::contains)) {
            return;
        }
        Object made = command.get();
        CommandLine added = new CommandLine(made);
        if (made instanceof Described described) {
            added.getCommandSpec().usageMessage().description(described.description());
        }
        String[] aliases = names.subList(1, names.size()).toArray(String[]::new);
        added.getCommandSpec().versionProvider(parent.getCommandSpec().versionProvider());
        parent.addSubcommand(names.get(0), added, aliases);
        below.forEach(one -> one.addTo(added, words));
    }
}
