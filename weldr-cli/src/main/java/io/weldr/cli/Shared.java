package io.weldr.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every leaf command has: a way to the root's options, a session, and an output. */
abstract class Shared implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    CommandSpec spec;

    /** What it asks nodes by. */
    Session session(Weldrctl root) {
        return root.session();
    }

    /** Does the work. */
    abstract void run(Session session, Output output);

    /** What the process ends with once the work is done. */
    ExitCode end() {
        return ExitCode.DONE;
    }

    @Override
    public Integer call() {
        Weldrctl root = (Weldrctl) spec.root().userObject();
        try (Session session = session(root)) {
            try {
                run(session, root.output(spec.commandLine().getOut()));
            } catch (CliException e) {
                throw e.isOutput() && session.changed() ? CliException.output("it was done, but " + e.getMessage()) : e;
            }
        }
        return end().code();
    }

    /** Two options of which only one may be given. */
    void requireAtMostOne(String one, boolean hasOne, String other, boolean hasOther) {
        if (hasOne && hasOther) {
            throw UsageError.of(spec, one + " with " + other + " (expected: one of them)");
        }
    }
}
