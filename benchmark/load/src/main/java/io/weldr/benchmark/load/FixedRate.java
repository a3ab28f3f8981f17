package io.weldr.benchmark.load;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends GET requests at a fixed rate and counts every wait from the moment the request was due, not from the moment it
 * could be sent: a server that stops for 100 ms makes all requests of those 100 ms late, and all are counted
 * (a generator that waits for answers before it sends counts one; this is called coordinated omission).
 *
 * <p>Two threads: the caller's sleeps until the next request is due and writes it on a free connection; the reader
 * waits for answers. The sleep ends up to about 60 µs late, for every server alike.
 */
public final class FixedRate {

    /** A server that leaves all connections without an answer for this long has stopped. */
    private static final long SILENCE_SECONDS_MAX = 30;

    private final Plan plan;
    private final Selector selector;
    private final List<Connection> all = new ArrayList<>();
    private final BlockingQueue<Connection> free;
    /** Written by the reader alone, read when it is done. */
    private final Latencies latencies;

    /** Belongs to the caller of {@link #run}. */
    private long countingSince;

    private long errors;
    private @Nullable IOException broken;
    private volatile boolean stopped;

    FixedRate(Plan plan) throws IOException {
        this.plan = plan;
        selector = Selector.open();
        free = new ArrayBlockingQueue<>(plan.connections());
        latencies = new Latencies(plan.requests() - plan.firstCounted());
        InetSocketAddress address = new InetSocketAddress(plan.host(), plan.port());
        for (int i = 0; i < plan.connections(); i++) {
            all.add(new Connection(address, selector));
        }
        free.addAll(all);
    }

    /**
     * What came of the counted time.
     *
     * @param latencies of the requests that were answered with a 2xx
     * @param errors requests that were not: another status, a broken connection, no answer at all
     * @param elapsedMicros from when the first was due to the last answer: more than planned if the rate was not kept
     * @param cpuMicros CPU time that this process spent on it
     */
    record Result(Latencies latencies, long errors, long elapsedMicros, long cpuMicros) {}

    /**
     * Runs the plan.
     *
     * @param whenCounting called once, when the counted time begins
     * @throws IOException if the server cannot be reached, or stopped answering
     */
    Result run(Runnable whenCounting) throws IOException, InterruptedException {
        Thread reader = new Thread(this::readAnswers, "reader");
        reader.start();
        try {
            long cpuBefore = send(whenCounting);
            long unanswered = awaitLast();
            long elapsed = (System.nanoTime() - countingSince) / 1_000;
            long cpu = cpuMicros() - cpuBefore;
            stop(reader);
            if (broken != null) {
                throw broken;
            }
            return new Result(latencies, errors + unanswered, elapsed, cpu);
        } finally {
            stop(reader);
            for (Connection connection : all) {
                connection.close();
            }
            selector.close();
        }
    }

    private long send(Runnable whenCounting) throws IOException, InterruptedException {
        ByteBuffer request = ByteBuffer.wrap(
                ("GET " + plan.path() + " HTTP/1.1\r\nHost: " + plan.host() + ":" + plan.port() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        long cpuBefore = 0;
        long start = System.nanoTime();
        for (int i = 0; i < plan.requests() && !stopped; i++) {
            if (i == plan.firstCounted()) {
                whenCounting.run();
                cpuBefore = cpuMicros();
                countingSince = start + plan.dueNanos(i);
            }
            long due = start + plan.dueNanos(i);
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            Connection connection = free.poll(SILENCE_SECONDS_MAX, TimeUnit.SECONDS);
            if (connection == null) {
                throw new IOException(
                        "no answer on any of " + plan.connections() + " connections for " + SILENCE_SECONDS_MAX + " s");
            }
            connection.send(request.rewind(), due, i >= plan.firstCounted());
        }
        return cpuBefore;
    }

    /** Waits until every connection is free again; says how many are not. */
    private long awaitLast() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SILENCE_SECONDS_MAX);
        int left = plan.connections();
        while (left > 0 && !stopped && free.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS) != null) {
            left--;
        }
        return left;
    }

    private void stop(Thread reader) throws InterruptedException {
        stopped = true;
        selector.wakeup();
        reader.join();
    }

    private void readAnswers() {
        try {
            while (!stopped) {
                selector.select(key -> {
                    try {
                        read(key);
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                });
            }
        } catch (IOException failure) {
            broken = failure;
        } catch (UncheckedIOException failure) {
            broken = failure.getCause();
        }
        stopped = true;
    }

    private void read(SelectionKey key) throws IOException {
        Connection connection = (Connection) key.attachment();
        switch (connection.read()) {
            case UNDER_WAY -> {}
            case ANSWERED -> {
                long now = System.nanoTime();
                boolean counts = connection.counts();
                long due = connection.finish();
                if (counts) {
                    latencies.add(now - due);
                }
                free.add(connection);
            }
            case FAILED -> {
                if (connection.reconnect()) {
                    if (connection.counts()) {
                        errors++;
                    }
                    connection.finish();
                    free.add(connection);
                }
            }
        }
    }

    private static long cpuMicros() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(spent -> spent.toNanos() / 1_000)
                .orElse(0L);
    }

    /**
     * {@code HOST PORT PATH RATE CONNECTIONS WARM_SECONDS COUNTED_SECONDS}. Prints {@code COUNTING} when the counted
     * time begins and {@code RESULT} with JSON at the end.
     */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        if (arguments.length != 7) {
            System.err.println("usage: FixedRate HOST PORT PATH RATE CONNECTIONS WARM_SECONDS COUNTED_SECONDS");
            System.exit(2);
        }
        try {
            Plan plan = new Plan(
                    arguments[0],
                    Integer.parseInt(arguments[1]),
                    arguments[2],
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]),
                    Duration.ofSeconds(Integer.parseInt(arguments[5])),
                    Duration.ofSeconds(Integer.parseInt(arguments[6])));
            Result result = new FixedRate(plan).run(() -> {
                out.println("COUNTING");
                out.flush();
            });
            Latencies latencies = result.latencies();
            out.printf(
                    "RESULT {\"requests\":%d,\"micros\":%d,\"p50_us\":%d,\"p99_us\":%d,\"p999_us\":%d,\"max_us\":%d,\"errors\":%d,\"cpu_us\":%d}%n",
                    latencies.count(),
                    result.elapsedMicros(),
                    latencies.micros(0.5),
                    latencies.micros(0.99),
                    latencies.micros(0.999),
                    latencies.micros(1),
                    result.errors(),
                    result.cpuMicros());
        } catch (IllegalArgumentException | IOException failure) {
            System.err.println("FixedRate: " + failure.getMessage());
            System.exit(1);
        }
    }
}
