package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other programs. */
public final class Run {
    private Run() {}

    /**
     * Runs it to its end and returns what it printed.
     *
     * @throws IllegalStateException if it does not exit with 0; the message has its output
     */
    public static String program(String... command) {
        return program(List.of(command));
    }

    /** The same. */
    public static String program(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + ": " + output.strip());
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** How a class of this test's class path is started, up to the name of the class. */
    public static List<String> javaHere(String... options) {
        return java(System.getProperty("java.class.path"), options);
    }

    /** How a class of another class path is started, up to the name of the class. */
    static List<String> java(String classPath, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                // What a test starts lives for seconds: start fast, compile what is hot alone, collect nothing.
                "-XX:TieredStopAtLevel=1",
                "-XX:CompileThresholdScaling=3",
                "-XX:MetaspaceSize=128m",
                "-XX:+UseSerialGC",
                "-Dio.netty.leakDetection.level=paranoid",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        if (Runtime.version().feature() >= 24) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-cp");
        command.add(classPath);
        return command;
    }
}
