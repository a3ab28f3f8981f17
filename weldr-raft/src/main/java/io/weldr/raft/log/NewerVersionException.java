package io.weldr.raft.log;

import java.io.IOException;
import java.io.Serial;

/**
 * The disk holds what a newer version of the program wrote. It is whole, and must stay: this program cannot go by it,
 * and the newer one can.
 */
public final class NewerVersionException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    NewerVersionException(String message, Throwable cause) {
        super(message, cause);
    }
}
