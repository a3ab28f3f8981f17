package io.weldr.leader.vip;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The real thing. One thread for each program that runs, to read what it prints. */
final class OsProcesses implements Processes {
    /** Enough for any message; the rest is read and thrown away. */
    private static final int OUTPUT_CHARS_MAX = 4096;

    private final ExecutorService threads;

    /** @param threads as many as there are programs at a time; they block */
    OsProcesses(ExecutorService threads) {
        this.threads = threads;
    }

    @Override
    public CompletionStage<Finished> run(List<String> command, Map<String, String> environment, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> runAndWait(command, environment, timeout), threads)
                .exceptionally(failure -> new Finished(-1, String.valueOf(failure.getMessage())));
    }

    private Finished runAndWait(List<String> command, Map<String, String> environment, Duration timeout) {
        Process process;
        try {
            process = builder(command, environment)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            return new Finished(-1, String.valueOf(e.getMessage()));
        }
        Output output = new Output();
        CompletableFuture<Void> read = CompletableFuture.runAsync(() -> readLines(process, output::add), threads);
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                killTree(process);
                return new Finished(-1, "killed after " + timeout.toMillis() + " ms; " + output.text());
            }
            // What it left running in the background may keep the output open: not waited for.
            read.completeOnTimeout(null, 200, TimeUnit.MILLISECONDS).join();
            return new Finished(process.exitValue(), output.text());
        } catch (InterruptedException e) {
            killTree(process);
            Thread.currentThread().interrupt();
            return new Finished(-1, "interrupted");
        }
    }

    @Override
    public Child start(List<String> command, Consumer<String> line, Runnable ended) throws IOException {
        Process process = builder(command, Map.of()).start();
        threads.execute(() -> readLines(process, line));
        CompletionStage<Process> exit = process.onExit();
        exit.thenRun(ended);
        OutputStream input = process.getOutputStream();
        return new Child() {
            @Override
            public void write(String text) throws IOException {
                input.write(text.getBytes(UTF_8));
                input.flush();
            }

            @Override
            public void closeInput() {
                try {
                    input.close();
                } catch (IOException e) {
                    // It has ended, which is what closing is for.
                }
            }

            @Override
            public void kill() {
                killTree(process);
                closeInput();
            }
        };
    }

    private static ProcessBuilder builder(List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C"); // messages are compared
        return builder;
    }

    /** The beginning of what a program prints. Thread safe: it may still print when the result is wanted. */
    private static final class Output {
        private final StringBuilder text = new StringBuilder();

        synchronized void add(String line) {
            if (text.length() < OUTPUT_CHARS_MAX) {
                text.append(line, 0, Math.min(line.length(), OUTPUT_CHARS_MAX)).append('\n');
            }
        }

        synchronized String text() {
            return text.toString();
        }
    }

    private static void readLines(Process process, Consumer<String> line) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String read = reader.readLine(); read != null; read = reader.readLine()) {
                line.accept(read);
            }
        } catch (IOException e) {
            // Closed while reading: it has ended.
        }
    }

    private static void killTree(Process process) {
        // The parent first: it would go on with what it does when a child of its ends.
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
