package io.weldr.raft.node;

import java.io.IOException;

/**
 * The log cannot be used, and the other members cannot replace it yet. The node waits for them; the message says for
 * what.
 */
public final class AwaitingClusterException extends IOException {
    private static final long serialVersionUID = 1;

    AwaitingClusterException(String message) {
        super(message);
    }
}
