package io.weldr.leader.vip;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Programs that a test plays itself. */
final class ScriptedProcesses implements Processes {
    /** One run of a program, ended by the test unless {@link #answers} knows what it says. */
    record Run(List<String> command, Map<String, String> environment, CompletableFuture<Finished> finished) {}

    /** A child that remembers what became of it. */
    static final class ScriptedChild implements Child {
        final List<String> command;
        final Consumer<String> line;
        final Runnable ended;
        final List<String> written = new ArrayList<>();
        boolean inputClosed;
        boolean killed;

        ScriptedChild(List<String> command, Consumer<String> line, Runnable ended) {
            this.command = command;
            this.line = line;
            this.ended = ended;
        }

        @Override
        public void write(String text) throws IOException {
            if (inputClosed) {
                throw new IOException("closed");
            }
            written.add(text);
        }

        @Override
        public void closeInput() {
            inputClosed = true;
        }

        @Override
        public void kill() {
            killed = true;
        }
    }

    final List<Run> runs = new ArrayList<>();
    final List<ScriptedChild> children = new ArrayList<>();
    private final Function<String, Finished> answers;

    /** Nothing ends by itself. */
    ScriptedProcesses() {
        this(command -> new Finished(Integer.MIN_VALUE, ""));
    }

    /** @param answers what becomes of a command line; exit code {@link Integer#MIN_VALUE}: the test ends it */
    ScriptedProcesses(Function<String, Finished> answers) {
        this.answers = answers;
    }

    ScriptedChild lastChild() {
        return children.get(children.size() - 1);
    }

    @Override
    public CompletionStage<Finished> run(List<String> command, Map<String, String> environment, Duration timeout) {
        Run run = new Run(command, environment, new CompletableFuture<>());
        runs.add(run);
        Finished answer = answers.apply(String.join(" ", command));
        if (answer.exit() != Integer.MIN_VALUE) {
            run.finished().complete(answer);
        }
        return run.finished();
    }

    @Override
    public Child start(List<String> command, Consumer<String> line, Runnable ended) {
        ScriptedChild child = new ScriptedChild(command, line, ended);
        children.add(child);
        return child;
    }
}
