package io.weldr.benchmark.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One keep-alive connection with at most one request under way. The sender owns it from the moment it takes it from the
 * free list until the request is written; the reader owns it from there until it puts it back.
 */
final class Connection {

    private static final int ANSWER_BYTES_MAX = 65_536;
    private static final String LENGTH = "\r\ncontent-length:";

    private final InetSocketAddress address;
    private final Selector selector;
    private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    private SocketChannel channel;
    /**
     * When the request under way was due, {@link System#nanoTime} based, or {@link #NONE}. Written last by the sender.
     */
    private volatile long dueNanos = NONE;

    private volatile boolean counts;

    static final long NONE = Long.MIN_VALUE;

    /** What reading came to. */
    enum Progress {
        UNDER_WAY,
        ANSWERED,
        FAILED
    }

    Connection(InetSocketAddress address, Selector selector) throws IOException {
        this.address = address;
        this.selector = selector;
        this.channel = connect();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel opened = SocketChannel.open(address);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        opened.register(selector, SelectionKey.OP_READ, this);
        return opened;
    }

    /**
     * Closes and opens again: after a failure, or when the server closed an idle connection. For the reader.
     *
     * @return whether a request was under way, and is lost
     */
    synchronized boolean reconnect() throws IOException {
        channel.close();
        answer.clear();
        channel = connect();
        return dueNanos != NONE;
    }

    void close() throws IOException {
        channel.close();
    }

    /** Sends one request. A failure here shows itself to the reader as the end of the stream. */
    synchronized void send(ByteBuffer request, long due, boolean counted) {
        counts = counted;
        dueNanos = due;
        try {
            int length = request.remaining();
            if (channel.write(request) != length) {
                channel.shutdownInput(); // a request this small always fits unless the connection is stuck
            }
        } catch (IOException failure) {
            // The reader sees the same failure, and counts it.
        }
    }

    boolean counts() {
        return counts;
    }

    /** Ends the exchange and says when it was due. */
    long finish() {
        long due = dueNanos;
        dueNanos = NONE;
        return due;
    }

    /** Reads what is there. An answer is complete by its Content-Length; anything but a 2xx is a failure. */
    Progress read() {
        try {
            if (channel.read(answer) < 0) {
                return Progress.FAILED;
            }
        } catch (IOException failure) {
            return Progress.FAILED;
        }
        int read = answer.position();
        byte[] bytes = answer.array();
        int headEnd = headEnd(bytes, read);
        if (headEnd < 0) {
            return answer.hasRemaining() ? Progress.UNDER_WAY : Progress.FAILED;
        }
        String head = new String(bytes, 0, headEnd, StandardCharsets.ISO_8859_1);
        int length = contentLength(head);
        if (length < 0 || headEnd + length > ANSWER_BYTES_MAX || read > headEnd + length) {
            return Progress.FAILED;
        }
        if (read < headEnd + length) {
            return Progress.UNDER_WAY;
        }
        answer.clear();
        return head.startsWith("HTTP/1.1 2") ? Progress.ANSWERED : Progress.FAILED;
    }

    private static int headEnd(byte[] bytes, int read) {
        for (int i = 3; i < read; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int contentLength(String head) {
        for (int i = 0; i < head.length(); i++) {
            if (head.regionMatches(true, i, LENGTH, 0, LENGTH.length())) {
                int from = i + LENGTH.length();
                return Integer.parseInt(
                        head.substring(from, head.indexOf('\r', from)).trim());
            }
        }
        return -1;
    }
}
