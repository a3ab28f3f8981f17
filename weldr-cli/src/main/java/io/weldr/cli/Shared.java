package io.weldr.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every leaf command has: a way to the root's options, a session, and an output. */
abstract class Shared implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    CommandSpec spec;

    /** Does the work. */
    abstract void run(Session session, Output output);

    @Override
    public Integer call() {
        Weldrctl root = root();
        try (Session session = root.session()) {
            run(session, new Output(out(), root.format()));
        }
        return ExitCode.DONE.code();
    }

    private Weldrctl root() {
        return (Weldrctl) spec.root().userObject();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
