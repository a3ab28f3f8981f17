package io.weldr.raft.ratis;

import java.io.Serial;

/** Why the voters were not changed, or leadership not handed over. */
public final class ChangeException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** What to do about it. */
    public enum Kind {
        /** This node does not lead, or not any more. Nothing was done here. */
        NOT_LEADER,
        /** Another change is under way. */
        UNDER_WAY,
        /** A newcomer did not catch up in time. Nothing changed. */
        NOT_CAUGHT_UP,
        /** It is not possible, or not any more. Nothing changed. */
        REFUSED,
        /** Nobody knows whether it was done. */
        UNKNOWN
    }

    private final Kind kind;

    ChangeException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
