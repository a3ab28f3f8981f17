package io.weldr.testserver;

import java.nio.charset.StandardCharsets;

/**
 * An answer that a test wrote byte by byte: these bytes go out as they are when the request has been read.
 *
 * @param latin1 status line, header fields, body: whatever the test wants on the wire, one character an octet
 * @param then what becomes of the connection once they are written
 */
public record ScriptedAnswer(String latin1, Then then) {
    /** What becomes of the connection. */
    public enum Then {
        /** The next request may follow on it. */
        KEEP,
        /** FIN. */
        CLOSE,
        /** RST: a zero linger time, so that the kernel forgets the connection at once. */
        RESET,
        /** It stays open, and nothing more is ever sent. */
        HANG
    }

    /** As they go out. */
    public byte[] bytes() {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
