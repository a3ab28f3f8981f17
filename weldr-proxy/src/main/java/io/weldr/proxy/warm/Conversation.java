package io.weldr.proxy.warm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What client and origin of a warm-up say to each other: the shapes of message that most traffic has. */
enum Conversation {
    /** As a command line tool asks, and as a small service answers. */
    PLAIN(
            "GET /plain HTTP/1.1\r\nHost: warm\r\nUser-Agent: warm/1\r\nAccept: */*\r\n\r\n",
            Texts.HEAD + "Content-Length: 12\r\n\r\n12 bytes" + Texts.END,
            true),
    /** As a browser asks. */
    BROWSER(
            "GET /browser?page=2&sort=name HTTP/1.1\r\nHost: warm\r\nConnection: keep-alive\r\n"
                    + "Accept: text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8\r\n"
                    + "Accept-Encoding: gzip, deflate\r\nAccept-Language: en;q=0.9\r\nCookie: session=0123456789abcdef\r\n"
                    + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) warm/1\r\nCache-Control: no-cache\r\n\r\n",
            Texts.HEAD + "ETag: \"w\"\r\nContent-Length: 2052\r\n\r\n" + "x".repeat(2048) + Texts.END,
            true),
    UPLOAD(
            "POST /upload HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 516\r\n\r\n"
                    + "x".repeat(512) + Texts.END,
            Texts.HEAD + "Content-Length: 4\r\n\r\n" + Texts.END,
            true),
    CHUNKED(
            "POST /chunked HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n" + Texts.END + Texts.LAST,
            Texts.HEAD + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + "x".repeat(64) + "\r\n4\r\n" + Texts.END
                    + Texts.LAST,
            true),
    /** Long enough to be moved within the kernel. */
    LARGE(
            "GET /large HTTP/1.1\r\nHost: warm\r\n\r\n",
            Texts.HEAD + "Content-Length: 131076\r\n\r\n" + "x".repeat(131_072) + Texts.END,
            true),
    /** The last on its connection. */
    CLOSE(
            "GET /close HTTP/1.1\r\nHost: warm\r\nConnection: close\r\n\r\n",
            Texts.HEAD + "Content-Length: 12\r\n\r\n12 bytes" + Texts.END,
            false);

    private static final class Texts {
        static final String HEAD = "HTTP/1.1 200 OK\r\nServer: warm\r\nContent-Type: text/plain\r\n";
        /** How every body ends, and nothing else does. */
        static final String END = "warm";

        static final String LAST = "\r\n0\r\n\r\n";
    }

    private static final byte[] BODY_END = Texts.END.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKS_END = (Texts.END + Texts.LAST).getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Conversation[] ALL = values();

    @SuppressWarnings("ImmutableEnumChecker") // never written after it was made
    private final byte[] request;

    @SuppressWarnings("ImmutableEnumChecker") // never written after it was made
    private final byte[] response;

    private final boolean keeps;

    Conversation(String request, String response, boolean keeps) {
        this.request = request.getBytes(StandardCharsets.US_ASCII);
        this.response = response.getBytes(StandardCharsets.US_ASCII);
        this.keeps = keeps;
    }

    byte[] request() {
        return request;
    }

    byte[] response() {
        return response;
    }

    /** Whether the connection may be used again. */
    boolean keeps() {
        return keeps;
    }

    private byte[] requestEnd() {
        return switch (this) {
            case PLAIN, BROWSER, LARGE, CLOSE -> HEAD_END;
            case UPLOAD -> BODY_END;
            case CHUNKED -> CHUNKS_END;
        };
    }

    byte[] responseEnd() {
        return this == CHUNKED ? CHUNKS_END : BODY_END;
    }

    /** Reads the rest of a request that starts with {@code buffer[0, length)} and says which one it is. */
    static Conversation readRequest(InputStream in, byte[] buffer, int length) throws IOException {
        int at = 0;
        while (buffer[at] != '/') {
            at++;
        }
        Conversation asked = PLAIN;
        for (Conversation each : ALL) {
            if (Character.toUpperCase(buffer[at + 1]) == each.name().charAt(0)
                    && Character.toUpperCase(buffer[at + 2]) == each.name().charAt(1)) {
                asked = each;
            }
        }
        readToEnd(in, buffer, length, asked.requestEnd());
        return asked;
    }

    /** Reads until what was read ends with {@code end}; only the last of it stays in the buffer. */
    static void readToEnd(InputStream in, byte[] buffer, int length, byte[] end) throws IOException {
        int filled = length;
        while (!endsWith(buffer, filled, end)) {
            if (filled > buffer.length / 2) {
                System.arraycopy(buffer, filled - end.length, buffer, 0, end.length);
                filled = end.length;
            }
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                throw new IOException("a connection of the warm-up ended early");
            }
            filled += read;
        }
    }

    private static boolean endsWith(byte[] buffer, int length, byte[] end) {
        return length >= end.length && java.util.Arrays.equals(buffer, length - end.length, length, end, 0, end.length);
    }
}
