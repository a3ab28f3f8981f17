package io.weldr.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weldrctl context use|ls|add|rm}: which cluster commands are for. */
@Command(description = "Manages contexts: endpoints and credentials of clusters, by name.")
final class ContextCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "use, ls, add or rm is missing");
    }

    /** What the four have: no node is asked. */
    abstract static class Local implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run()
        CommandSpec spec;

        abstract void run(Contexts contexts, Output output);

        final Weldrctl root() {
            return (Weldrctl) spec.root().userObject();
        }

        @Override
        public void run() {
            run(
                    Contexts.read(Contexts.file(System.getenv())),
                    root().output(spec.commandLine().getOut()));
        }
    }

    /** {@code context use NAME}. */
    @Command(description = "Makes a context the current one.")
    static final class Use extends Local {
        @Parameters(paramLabel = "NAME", description = "The name of a context")
        private String name = "";

        @Override
        void run(Contexts contexts, Output output) {
            contexts.use(name);
            contexts.write();
            output.line("using " + name);
        }
    }

    /** {@code context ls}. */
    @Command(description = "Lists the contexts. A star marks the current one.")
    static final class ListAll extends Local {
        @Override
        void run(Contexts contexts, Output output) {
            if (output.json()) {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put(Contexts.CURRENT, contexts.current());
                map.put(Contexts.CONTEXTS, contexts.all());
                output.json(map);
                return;
            }
            List<List<String>> rows = new ArrayList<>();
            contexts.all()
                    .forEach((name, members) -> rows.add(List.of(
                            name.equals(contexts.current()) ? "*" : "",
                            name,
                            text(members.get(Contexts.ENDPOINT)),
                            text(members.get(Contexts.TOKEN_FILE)),
                            text(members.get(Contexts.CA_FILE)))));
            output.table(List.of("", "NAME", "ENDPOINT", "TOKEN FILE", "CA FILE"), rows);
        }

        private static String text(@Nullable Object value) {
            return value == null ? "-" : value.toString();
        }
    }

    /** {@code context add NAME --endpoint ... --token-file ...}. */
    @Command(
            description =
                    "Keeps --endpoint, --token-file, --ca-file, --cert-file, --key-file, --secret-file and --tls under a name, in place of"
                            + " one of that name.")
    static final class Add extends Local {
        @Parameters(paramLabel = "NAME", description = "The name of the context")
        private String name = "";

        @Override
        void run(Contexts contexts, Output output) {
            Map<String, Object> members = root().contextMembers();
            if (!members.containsKey(Contexts.ENDPOINT)) {
                throw UsageError.of(spec, "--endpoint is missing");
            }
            contexts.all().put(name, members);
            if (contexts.current() == null) {
                contexts.use(name);
            }
            contexts.write();
            output.line("kept " + name + (name.equals(contexts.current()) ? ", the current context" : ""));
        }
    }

    /** {@code context rm NAME}. */
    @Command(description = "Removes a context. The files that it names are not deleted.")
    static final class Remove extends Local {
        @Parameters(paramLabel = "NAME", description = "The name of a context")
        private String name = "";

        @Override
        void run(Contexts contexts, Output output) {
            var unused = contexts.get(name);
            contexts.all().remove(name);
            if (name.equals(contexts.current())) {
                contexts.use(null);
            }
            contexts.write();
            output.line("forgot " + name);
        }
    }
}
