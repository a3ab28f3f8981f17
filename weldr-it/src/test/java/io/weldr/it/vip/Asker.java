package io.weldr.it.vip;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that asks an address every 10 ms, on a new connection each time, whatever became of those before. Thread
 * safe.
 */
final class Asker implements AutoCloseable {
    private static final int EVERY_MILLIS = 10;

    /** Longer than any answer takes, short enough that those without an answer do not pile up. */
    private static final int PATIENCE_MILLIS = 400;

    /** One question that was answered with 200. */
    record Answered(Instant asked, Instant answered) {}

    private final InetSocketAddress address;
    private final ConcurrentLinkedQueue<Answered> answers = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Asker(String host, int port) {
        address = new InetSocketAddress(host, port);
        var unused =
                clock.scheduleAtFixedRate(() -> threads.execute(this::ask), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        Instant asked = Instant.now();
        try (Socket socket = new Socket()) {
            socket.connect(address, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: vip\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            String status = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
            if (status != null && status.startsWith("HTTP/1.1 200 ")) {
                answers.add(new Answered(asked, Instant.now()));
            }
        } catch (IOException e) {
            // No answer, which is what is counted.
        }
    }

    /** The first question asked since then that was answered. */
    Optional<Answered> first(Instant since) {
        return answers.stream()
                .filter(answer -> !answer.asked().isBefore(since))
                .min(Comparator.comparing(Answered::answered));
    }

    /** The longest time, since then, during which no question was asked that got an answer. */
    Duration longestGap(Instant since) {
        List<Instant> asked = answers.stream()
                .map(Answered::asked)
                .filter(when -> !when.isBefore(since))
                .sorted()
                .toList();
        Duration longest = Duration.ZERO;
        Instant before = since;
        for (Instant when : asked) {
            Duration gap = Duration.between(before, when);
            longest = gap.compareTo(longest) > 0 ? gap : longest;
            before = when;
        }
        return longest;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
