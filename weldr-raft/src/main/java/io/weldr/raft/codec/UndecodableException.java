package io.weldr.raft.codec;

import java.io.Serial;

/** Bytes that are not what they should be: damaged, of a newer version, or beyond a limit. */
public final class UndecodableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public UndecodableException(String message, Throwable cause) {
        super(message, cause);
    }
}
