package io.weldr.raft.codec;

import io.weldr.core.port.RequestId;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;

/** What one entry of the log carries. */
public sealed interface LogEntry {
    /**
     * A command under the name of its request.
     *
     * @param limits those of the leader that took it into the log
     */
    record Write(RequestId id, Command command, Limits limits) implements LogEntry {
        /** One that no leader has taken yet. */
        public Write(RequestId id, Command command) {
            this(id, command, Limits.INITIAL);
        }
    }

    /** Nothing: its place in the log is all that matters. */
    record Barrier() implements LogEntry {}
}
