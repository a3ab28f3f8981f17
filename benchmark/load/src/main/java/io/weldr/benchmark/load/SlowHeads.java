package io.weldr.benchmark.load;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds connections that send a request head one byte at a time and never come to its end. One that the server gives up
 * is replaced at once, so that there are always as many. One thread.
 */
public final class SlowHeads {

    private static final byte[] BEGINNING =
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);

    private static final int TURN_MILLIS = 5;
    private static final int CONNECT_MILLIS_MAX = 10_000;
    private static final long ORDER = 1; // the same for each server that is measured
    private static final long REPORT_NANOS = 1_000_000_000;

    private final InetSocketAddress address;
    private final Slow[] all;
    private final long everyNanos;
    private final long openingNanos;
    private final ByteBuffer octet = ByteBuffer.allocate(1);
    private final ByteBuffer unread = ByteBuffer.allocate(4096);
    private final Iterator<Slow> opened;
    private int open;
    private long cutOff;
    private long livedNanos;

    /**
     * What has come of it so far.
     *
     * @param held connections that stand, each in the middle of a head
     * @param cutOff connections that the server ended, or answered, and that were replaced
     * @param meanLifeMillis how long those had stood
     */
    record State(int held, long cutOff, long meanLifeMillis) {}

    private static final class Slow {
        @Nullable SocketChannel channel;

        long sinceNanos;
        int sent;
    }

    /**
     * Opens nothing yet.
     *
     * @param every how long each connection waits between two bytes
     * @param opening over what time they are opened: as long as the server lets heads take, so that it does not end all
     *     at once
     */
    SlowHeads(InetSocketAddress address, int connections, Duration every, Duration opening) {
        if (connections < 1 || every.toMillis() < 1 || opening.isNegative()) {
            throw new IllegalArgumentException(connections + " connections, a byte every " + every + ", opened in "
                    + opening + " (expected: at least 1, 1 ms, and 0)");
        }
        this.address = address;
        everyNanos = every.toNanos();
        openingNanos = opening.toNanos();
        all = new Slow[connections];
        for (int i = 0; i < connections; i++) {
            all[i] = new Slow();
        }
        // Opened in another order than they send: else a thousand first bytes, from which a server counts, come
        // together.
        List<Slow> shuffled = Arrays.asList(all.clone());
        Collections.shuffle(shuffled, new Random(ORDER));
        opened = shuffled.iterator();
    }

    /**
     * Goes on for as long as wanted.
     *
     * @param goOn told the state once a second when all connections stand; false ends it
     * @throws IOException if the server cannot be connected to
     */
    void run(Predicate<State> goOn) throws IOException {
        try (Selector selector = Selector.open()) {
            long start = System.nanoTime();
            long reported = start;
            long due = 0;
            while (true) {
                long elapsed = System.nanoTime() - start;
                while (open < all.length && (double) elapsed * all.length >= (double) openingNanos * open) {
                    connect(opened.next(), selector);
                    open++;
                }
                long now = (long) ((double) elapsed / everyNanos * all.length);
                due = Math.max(due, now - all.length); // after a pause each sends one byte, not all that it has missed
                for (; due < now; due++) {
                    Slow next = all[(int) (due % all.length)];
                    if (next.channel != null) {
                        send(next, selector);
                    }
                }
                if (open == all.length && System.nanoTime() - reported >= REPORT_NANOS) {
                    reported = System.nanoTime();
                    long life = cutOff == 0 ? 0 : livedNanos / cutOff / 1_000_000;
                    if (!goOn.test(new State(open, cutOff, life))) {
                        return;
                    }
                }
                selector.select(key -> ended(key, selector), TURN_MILLIS);
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        } finally {
            for (Slow slow : all) {
                if (slow.channel != null) {
                    slow.channel.close();
                }
            }
        }
    }

    private void connect(Slow slow, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        slow.channel = channel;
        channel.socket().connect(address, CONNECT_MILLIS_MAX);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, slow);
        slow.sinceNanos = System.nanoTime();
        slow.sent = 0;
    }

    private void send(Slow slow, Selector selector) throws IOException {
        byte next = slow.sent < BEGINNING.length ? BEGINNING[slow.sent] : (byte) 'x';
        octet.clear().put(next).flip();
        try {
            slow.sent += channel(slow).write(octet);
        } catch (IOException ended) {
            replace(slow, selector);
        }
    }

    /** To a head that has not come to its end every answer is a refusal, with or without words. */
    private void ended(SelectionKey key, Selector selector) {
        Slow slow = (Slow) key.attachment();
        try {
            try {
                channel(slow).read(unread.clear());
            } catch (IOException reset) {
                // That, too, is an end.
            }
            replace(slow, selector);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void replace(Slow slow, Selector selector) throws IOException {
        cutOff++;
        livedNanos += System.nanoTime() - slow.sinceNanos;
        channel(slow).close();
        connect(slow, selector);
    }

    private static SocketChannel channel(Slow slow) {
        return requireNonNull(slow.channel, "not connected");
    }

    /**
     * {@code HOST PORT CONNECTIONS MILLIS_BETWEEN_BYTES OPENING_SECONDS}. Prints {@code HELD} with JSON once a second
     * when all connections stand, until it is stopped.
     */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        if (arguments.length != 5) {
            System.err.println("usage: SlowHeads HOST PORT CONNECTIONS MILLIS_BETWEEN_BYTES OPENING_SECONDS");
            System.exit(2);
        }
        try {
            new SlowHeads(
                            new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
                            Integer.parseInt(arguments[2]),
                            Duration.ofMillis(Integer.parseInt(arguments[3])),
                            Duration.ofSeconds(Integer.parseInt(arguments[4])))
                    .run(state -> {
                        out.printf(
                                "HELD {\"held\":%d,\"cut_off\":%d,\"mean_life_ms\":%d}%n",
                                state.held(), state.cutOff(), state.meanLifeMillis());
                        out.flush();
                        return true;
                    });
        } catch (IllegalArgumentException | IOException failure) {
            System.err.println("SlowHeads: " + failure.getMessage());
            System.exit(1);
        }
    }
}
