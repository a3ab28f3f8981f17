package io.weldr.raft.codec;

import io.weldr.core.port.RequestId;
import io.weldr.core.state.Command;

/** What one entry of the log carries. */
public sealed interface LogEntry {
    /** A command under the name of its request. */
    record Write(RequestId id, Command command) implements LogEntry {}

    /** Nothing: its place in the log is all that matters. */
    record Barrier() implements LogEntry {}
}
