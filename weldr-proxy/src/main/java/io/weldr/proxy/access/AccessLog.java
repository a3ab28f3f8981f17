package io.weldr.proxy.access;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the lines of all workers on one thread of its own. Workers hand over pages of lines, many lines when there is
 * much traffic and one when there is little. Pages that wait for the disk are bounded by their bytes. A page that does
 * not fit is dropped and its lines are counted. Handing over takes no lock and never waits. Thread safe.
 */
public final class AccessLog implements AutoCloseable {

    /**
     * All pages that are not written yet, of all workers: 20 000 lines of 500 bytes, even if each line is a page of its
     * own. A usual line has 300 to 450 bytes.
     */
    static final long WAITING_BYTES_MAX = 12 * 1024 * 1024;

    /** What a page takes beside its lines: its objects on the heap. Counts against {@link #WAITING_BYTES_MAX}. */
    static final int PAGE_OVERHEAD_BYTES = 64;

    /**
     * A sheet with fewer free bytes than the longest line is handed over: at 400 bytes a line, about each 100 lines.
     */
    private static final int SHEET_BYTES = 4 * LineFormat.LINE_BYTES_MAX;

    /**
     * Calls of {@link Sheet#handOver} without a line, ten a second, until a worker gives the memory of its sheet back.
     */
    private static final int IDLE_CALLS_MAX = 600;

    /** What is written with one call, if as much waits. */
    private static final int BATCH_BYTES_MAX = 2 * SHEET_BYTES;

    /** How long {@link #close} waits for a slow disk. */
    private static final long CLOSE_MILLIS_MAX = 6000;

    private static final Logger LOGGER = LoggerFactory.getLogger(AccessLog.class);

    private final LineFormat format;
    private final Redaction redaction;
    private final OutputStream out;
    private final Queue<Page> waiting = new ConcurrentLinkedQueue<>(); // bounded by waitingBytes
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final byte[] batch = new byte[BATCH_BYTES_MAX]; // confined to the writer
    private final Thread writer;
    private volatile boolean closed; // no page is taken any more
    private volatile boolean ended; // no page is written any more
    private boolean failing; // the last batch could not be written; confined to the writer

    /** Lines ready to be written. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Page(byte[] bytes, int lines) {
        int cost() {
            return bytes.length + PAGE_OVERHEAD_BYTES;
        }
    }

    /** Starts writing to {@code out}, which this owns from now on. Each call of its {@code write} gets whole lines. */
    public AccessLog(LineFormat format, OutputStream out) {
        this(format, Redaction.NONE, out);
    }

    /**
     * The same, with query parameters that are not shown.
     *
     * @param redaction of the target and of Referer
     */
    public AccessLog(LineFormat format, Redaction redaction, OutputStream out) {
        this.format = format;
        this.redaction = redaction;
        this.out = out;
        writer = new Thread(this::write, "weldr-access-log");
        writer.setDaemon(true);
        writer.start();
    }

    /** How its lines are written. */
    public LineFormat format() {
        return format;
    }

    /** A sheet for one worker. */
    public Sheet newSheet() {
        return new Sheet();
    }

    /** Lines that were lost because the log could not keep up or could not be written. */
    public long dropped() {
        return dropped.get();
    }

    /** Lines that have been written. */
    public long written() {
        return written.get();
    }

    /** Puts a page into the queue, or drops it. Any thread; never blocks. */
    private void handOver(LineBuffer lines, int count) {
        int cost = lines.length() + PAGE_OVERHEAD_BYTES;
        if (closed || !reserve(cost)) {
            dropped.addAndGet(count);
            return;
        }
        waiting.add(new Page(Arrays.copyOf(lines.bytes(), lines.length()), count));
        if (ended) {
            dropWaiting(); // the writer may have looked at the queue for the last time before this page came
        } else {
            LockSupport.unpark(writer);
        }
    }

    private boolean reserve(int cost) {
        long now = waitingBytes.get();
        while (now + cost <= WAITING_BYTES_MAX) {
            if (waitingBytes.compareAndSet(now, now + cost)) {
                return true;
            }
            now = waitingBytes.get();
        }
        return false;
    }

    private void write() {
        while (!ended) {
            boolean last = closed; // read before the queue: what was handed over before close is written
            if (waiting.peek() != null) {
                writeBatch();
            } else if (last) {
                ended = true;
            } else {
                LockSupport.park(this);
            }
        }
        dropWaiting();
        try {
            out.close();
        } catch (IOException e) {
            LOGGER.warn("access log: cannot close: {}", e.getMessage());
        }
    }

    /**
     * Writes pages that wait, as many as fit into one call. A page keeps its place in the budget until it is written.
     */
    private void writeBatch() {
        int length = 0;
        int cost = 0;
        int lines = 0;
        for (Page next = waiting.peek();
                next != null && length + next.bytes().length <= batch.length;
                next = waiting.peek()) {
            Page page = waiting.remove();
            System.arraycopy(page.bytes(), 0, batch, length, page.bytes().length);
            length += page.bytes().length;
            cost += page.cost();
            lines += page.lines();
        }
        try {
            out.write(batch, 0, length);
            out.flush();
            written.addAndGet(lines);
            failing = false;
        } catch (IOException e) {
            dropped.addAndGet(lines);
            if (!failing) {
                LOGGER.warn("access log: cannot write, lines are dropped until this is over: {}", e.getMessage());
            }
            failing = true;
        }
        waitingBytes.addAndGet(-cost);
    }

    /** Counts every page that waits as dropped. Any thread; each page is taken out of the queue by one thread. */
    private void dropWaiting() {
        for (Page page = waiting.poll(); page != null; page = waiting.poll()) {
            dropped.addAndGet(page.lines());
            waitingBytes.addAndGet(-page.cost());
        }
    }

    /** Writes what has been handed over, for at most 6 s, and closes. Lines handed over later are dropped. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        try {
            writer.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended = true;
        writer.interrupt();
    }

    /** Lines of one worker that have not been handed over yet. Confined to its loop. */
    public final class Sheet {

        /** Scratch space for the next line. */
        public final AccessEntry entry = new AccessEntry();

        private @Nullable LineBuffer lines; // null while the worker is idle
        private final RequestText noText = new RequestText();
        private int count;
        private int idleCalls;

        /** What lines do not show of targets. */
        public Redaction redaction() {
            return redaction;
        }

        /** Adds {@link #entry} as a line, if the format has a line for it. */
        public void add() {
            if (!format.tells(entry.event)) {
                return;
            }
            LineBuffer to = lines;
            if (to == null) {
                to = new LineBuffer(SHEET_BYTES);
                lines = to;
            } else if (to.remaining() < LineFormat.LINE_BYTES_MAX) {
                handOver();
            }
            format.write(entry, to);
            count++;
        }

        /** Adds a line about something that was no request, so that there was no exchange. */
        public void addRefusal(
                String listener, int version, byte[] client, byte[] requestId, int status, long bytes, String failure) {
            entry.protocol = AccessEntry.Protocol.HTTP;
            entry.listener = listener;
            entry.event = AccessEntry.Event.END;
            entry.text = noText;
            entry.majorVersion = version;
            entry.minorVersion = version == 1 ? 1 : 0;
            entry.tlsVersion = "";
            entry.client = client;
            entry.requestId = requestId;
            entry.route = "";
            entry.pool = "";
            entry.origin = "";
            entry.bytesReceived = 0;
            entry.tries = 0;
            entry.requestMicros = 0;
            entry.queueMicros = 0;
            entry.connectMicros = 0;
            entry.revision = 0;
            entry.traced = false;
            entry.status = status;
            entry.bytes = bytes;
            entry.startedMillis = System.currentTimeMillis();
            entry.totalMicros = 0;
            entry.firstByteMicros = -1;
            entry.failure = failure;
            add();
        }

        /** Hands over the lines that are there: called ten times a second, so that lines appear soon. */
        public void handOver() {
            LineBuffer from = lines;
            if (from == null) {
                return;
            }
            if (count > 0) {
                AccessLog.this.handOver(from, count);
                from.clear();
                count = 0;
                idleCalls = 0;
            } else if (++idleCalls >= IDLE_CALLS_MAX) {
                lines = null;
                idleCalls = 0;
            }
        }
    }
}
