package io.weldr.raft.ratis;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The data on disk can be read, but is not valid: a flipped bit, garbage, or a write torn by a power loss. Trying
 * again does not help. A disk that is full or cannot be read is not this.
 */
public final class DamagedLogException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private DamagedLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The end of a log is gone that was there when the snapshot was taken. */
    static DamagedLogException endsEarly(long lastIndex, long snapshotIndex) {
        return new DamagedLogException(
                "the log is damaged: it ends at " + lastIndex + " (expected: at " + snapshotIndex
                        + ", where the snapshot was taken, or later)",
                null);
    }

    /** What {@code failure} says of the disk's content; null if it is about something else. */
    static @Nullable DamagedLogException find(Throwable failure) {
        boolean log = false;
        boolean vote = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            log |= message.contains("Failed to initRaftLog");
            vote |= message.startsWith("Failed to load ") && message.endsWith("raft-meta");
            if (vote && message.startsWith("Failed to parse ")) {
                // A disk that was full when it was to be written: Ratis puts an empty file in the place of the old one.
                return new DamagedLogException("its term and vote are damaged: " + message, failure);
            }
            boolean last = cause.getCause() == null;
            if (last
                    && (log
                            ? judgedBy(cause, "org.apache.ratis.")
                            : judgedBy(cause, "io.weldr.raft.log.SnapshotFiles"))) {
                return new DamagedLogException(
                        log ? "the log is damaged: " + cause.getMessage() : String.valueOf(cause.getMessage()),
                        failure);
            }
        }
        return null;
    }

    /** Whoever looks at content throws by itself; what the disk says comes out of the platform. */
    private static boolean judgedBy(Throwable cause, String code) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(code);
    }
}
