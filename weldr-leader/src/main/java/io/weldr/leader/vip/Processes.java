package io.weldr.leader.vip;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Other programs. Behind an interface, so that what decides can be tested without any. */
interface Processes {
    /**
     * What became of a program.
     *
     * @param exit its exit code; -1 if it could not be started or was killed for taking too long
     * @param output what it printed, standard output and error together, up to a limit; or why it failed
     */
    record Finished(int exit, String output) {
        boolean succeeded() {
            return exit == 0;
        }

        /** The output as part of a message. */
        String oneLine() {
            String line = output.strip().replaceAll("\\s*\\R\\s*", "; ");
            return line.isEmpty() ? "exit code " + exit : line;
        }
    }

    /** A program that runs until its standard input is closed. */
    interface Child {
        /** Writes at once; the caller makes sure that the child keeps up. */
        void write(String text) throws IOException;

        /** Closes its standard input. */
        void closeInput();

        /** Kills it and what it started. */
        void kill();
    }

    /** Runs a program with no standard input. Returns at once; the result never fails. */
    CompletionStage<Finished> run(List<String> command, Map<String, String> environment, Duration timeout);

    /**
     * Starts a program to talk to.
     *
     * @param line takes each line that it prints, on another thread
     * @param ended is run once it has ended, on another thread
     */
    Child start(List<String> command, Consumer<String> line, Runnable ended) throws IOException;
}
