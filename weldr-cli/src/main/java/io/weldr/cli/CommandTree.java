package io.weldr.cli;

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
                            of(ServersCommand.Add::new, "add"),
                            of(ServersCommand.Remove::new, "rm", "delete", "remove"),
                            of(ServersCommand.Set::new, "set"),
                            of(ServersCommand.ListAll::new, "ls", "list", "show"),
                            HELP),
                    "servers"),
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
                            of(ClusterCommand.TransferLeader::new, "transfer-leader"),
                            HELP),
                    "cluster"),
            of(ReadyCommand::new, "ready"),
            of(WatchCommand::new, "watch"),
            of(Weldrctl.Completion::new, "completion"),
            HELP);

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
    }

    private void addTo(CommandLine parent, @Nullable Set<String> words) {
        if (words != null && names.stream().noneMatch(words::contains)) {
            return;
        }
        CommandLine added = new CommandLine(command.get());
        String[] aliases = names.subList(1, names.size()).toArray(String[]::new);
        added.getCommandSpec().versionProvider(parent.getCommandSpec().versionProvider());
        parent.addSubcommand(names.get(0), added, aliases);
        below.forEach(one -> one.addTo(added, words));
    }
}
