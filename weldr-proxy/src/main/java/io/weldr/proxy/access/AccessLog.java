package io.weldr.proxy.access;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the lines of all workers on one thread of its own. Workers hand over whole sheets; when the queue is full because
 * the disk is slow, the sheet is dropped and its lines are counted. Thread safe.
 */
public final class AccessLog implements AutoCloseable {

    /** Sheets that wait for the disk: 64 of 64 KiB are 4 MiB, about 20 000 lines. */
    private static final int SHEETS_MAX = 64;

    private static final int SHEET_BYTES = 64 * 1024;
    private static final Logger LOGGER = LoggerFactory.getLogger(AccessLog.class);
    private static final Page END = new Page(new byte[0], 0, 0);

    private final LineFormat format;
    private final OutputStream out;
    private final BlockingQueue<Page> queue = new ArrayBlockingQueue<>(SHEETS_MAX);
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    /** Lines ready to be written. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Page(byte[] bytes, int length, int lines) {}

    /** Starts writing to {@code out}, which this owns from now on. */
    public AccessLog(LineFormat format, OutputStream out) {
        this.format = format;
        this.out = new BufferedOutputStream(out, SHEET_BYTES);
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

    /** Lines that were lost because the log could not keep up. */
    public long dropped() {
        return dropped.get();
    }

    /** Lines that have been written. */
    public long written() {
        return written.get();
    }

    private void write() {
        boolean broken = false;
        try {
            for (Page page = queue.take(); page.lines() > 0; page = queue.take()) {
                try {
                    out.write(page.bytes(), 0, page.length());
                    if (queue.isEmpty()) {
                        out.flush();
                    }
                    written.addAndGet(page.lines());
                    broken = false;
                } catch (IOException e) {
                    dropped.addAndGet(page.lines());
                    if (!broken) {
                        LOGGER.warn("access log: cannot write: {}", e.getMessage());
                    }
                    broken = true;
                }
            }
            out.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOGGER.warn("access log: cannot close: {}", e.getMessage());
        }
    }

    /** Writes what has been handed over, and closes. Sheets handed over later are dropped. */
    @Override
    public void close() {
        closed = true;
        try {
            if (queue.offer(END, 1, TimeUnit.SECONDS)) {
                writer.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.interrupt();
    }

    /** Lines of one worker that have not been handed over yet. Confined to its loop. */
    public final class Sheet {

        /** Scratch space for the next line. */
        public final AccessEntry entry = new AccessEntry();

        private LineBuffer lines = new LineBuffer(SHEET_BYTES);
        private int count;

        /** Adds {@link #entry} as a line. */
        public void add() {
            if (lines.remaining() < LineFormat.LINE_BYTES_MAX) {
                handOver();
            }
            format.write(entry, lines);
            count++;
        }

        /** Adds a line about something that was no request, so that there was no exchange. */
        public void addRefusal(byte[] client, byte[] requestId, int status, long bytes, String failure) {
            entry.requestLineLength = 0;
            entry.minorVersion = 1;
            entry.client = client;
            entry.requestId = requestId;
            entry.origin = "";
            entry.status = status;
            entry.bytes = bytes;
            entry.startedMillis = System.currentTimeMillis();
            entry.totalMicros = 0;
            entry.firstByteMicros = -1;
            entry.failure = failure;
            add();
        }

        /** Hands over what is there, full or not: called now and then, so that lines appear soon. */
        public void handOver() {
            if (count == 0) {
                return;
            }
            if (closed || !queue.offer(new Page(lines.bytes(), lines.length(), count))) {
                dropped.addAndGet(count);
                lines.clear();
            } else {
                lines = new LineBuffer(SHEET_BYTES);
            }
            count = 0;
        }
    }
}
