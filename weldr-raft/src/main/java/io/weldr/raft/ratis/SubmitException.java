package io.weldr.raft.ratis;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Why Ratis did not take an entry, or gave up on it. */
public final class SubmitException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** What to do about it. */
    public enum Kind {
        /** This node does not lead, or not yet, or not any more. */
        NOT_LEADER,
        /** Its queues are full. */
        OVERLOADED,
        /** Its part in the group is closed. */
        CLOSED,
        /** Something else. */
        FAILED
    }

    private final Kind kind;

    SubmitException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
