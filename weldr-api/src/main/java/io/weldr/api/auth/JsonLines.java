package io.weldr.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.core.Check;
import io.weldr.core.Words;
import io.weldr.core.state.Actor;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit log as lines of JSON, on a thread of its own. Where the disk is slower than the requests, up to
 * {@value #LINES_MAX} lines wait; further ones are dropped, and the next line says how many. Of requests that were
 * refused, {@value #REFUSED_PER_SECOND_MAX} a second leave a line, so that strangers cannot fill the disk.
 */
public final class JsonLines implements AuditLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JsonLines.class);

    /** Some 400 bytes each. */
    static final int LINES_MAX = 4096;

    static final int REFUSED_PER_SECOND_MAX = 50;

    private static final int TEXT_CHARS_MAX = 300;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    /** Makes the thread end. */
    private static final byte[] END = new byte[0];

    private final String node;
    private final OutputStream out;
    private final LongSupplier nanoClock;
    private final BlockingQueue<byte[]> lines = new ArrayBlockingQueue<>(LINES_MAX);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private long secondNanos; // guarded by this
    private int refusedInSecond; // guarded by this
    private boolean failing; // confined to the writer

    /** @param out gets each line in one call; stays open when this is closed */
    public JsonLines(String node, OutputStream out) {
        this(node, out, System::nanoTime);
    }

    JsonLines(String node, OutputStream out, LongSupplier nanoClock) {
        this.node = node;
        this.out = out;
        this.nanoClock = nanoClock;
        this.secondNanos = nanoClock.getAsLong();
        writer = new Thread(this::writeAll, "weldr-api-audit");
        writer.setDaemon(true);
        writer.start();
    }

    @Override
    public void add(Entry entry) {
        if (entry.refused() && !refusedMayLeaveLine()) {
            dropped.incrementAndGet();
            return;
        }
        long lost = dropped.getAndSet(0);
        if (!lines.offer(line(entry, lost).getBytes(UTF_8))) {
            dropped.addAndGet(lost + 1);
        }
    }

    private synchronized boolean refusedMayLeaveLine() {
        long nowNanos = nanoClock.getAsLong();
        if (nowNanos - secondNanos >= SECOND_NANOS) {
            secondNanos = nowNanos;
            refusedInSecond = 0;
        }
        return ++refusedInSecond <= REFUSED_PER_SECOND_MAX;
    }

    private String line(Entry entry, long lost) {
        StringBuilder line = new StringBuilder(400).append('{');
        member(line, "at", entry.at().toString());
        member(line, "node", node);
        Actor actor = entry.actor();
        if (actor != null) {
            member(line, "actor", Words.of(actor.kind()));
            if (!actor.name().isEmpty()) {
                member(line, "name", actor.name());
            }
        }
        member(line, "address", entry.address());
        member(line, "wire", entry.wire());
        member(line, "action", entry.action());
        member(line, "subject", entry.subject().isEmpty() ? null : entry.subject());
        member(line, "status", entry.status());
        line.append(",\"refused\":").append(entry.refused());
        member(line, "reason", entry.reason());
        if (lost > 0) {
            line.append(",\"dropped\":").append(lost);
        }
        return line.append("}\n").toString();
    }

    private static void member(StringBuilder line, String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (line.length() > 1) {
            line.append(',');
        }
        line.append('"').append(name).append("\":\"");
        for (int i = 0; i < value.length() && i < TEXT_CHARS_MAX; i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < 0x20
                    || (c >= 0x7f && c < 0xa0)
                    || c == '\u2028'
                    || c == '\u2029'
                    || Character.isSurrogate(c)) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append(value.length() > TEXT_CHARS_MAX ? "…\"" : "\"");
    }

    private void writeAll() {
        try {
            for (byte[] line = lines.take(); line != END; line = lines.take()) {
                write(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the daemon ends
        }
    }

    private void write(byte[] line) {
        try {
            out.write(line, 0, line.length);
            out.flush();
            failing = false;
        } catch (IOException | RuntimeException e) {
            dropped.incrementAndGet();
            if (!failing) { // once, and not for each line
                LOG.error("The audit log cannot be written: {}", e.toString());
            }
            failing = true;
        }
    }

    /** Writes what waits; returns after at most 2 s. */
    @Override
    public void close() {
        try {
            if (!lines.offer(END, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The audit log did not take {} lines within {}", lines.size(), Check.text(CLOSE_MAX));
            }
            writer.join(CLOSE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
