package io.weldr.codec;

import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import org.jspecify.annotations.Nullable;

/** The content of one log entry. */
public sealed interface LogEntry {
    /**
     * A command under the name of its request.
     *
     * @param limits those of the leader that took it into the log
     * @param by who asked for it; null: the entry does not say
     */
    record Write(
            RequestId id,
            Command command,
            Limits limits,
            @Nullable Attribution by) implements LogEntry {
        /** One that no leader has taken yet. */
        public Write(RequestId id, Command command, @Nullable Attribution by) {
            this(id, command, Limits.INITIAL, by);
        }

        /** The same, which does not say who asked for it. */
        public Write(RequestId id, Command command) {
            this(id, command, Limits.INITIAL, null);
        }
    }

    /** Nothing: its place in the log is all that matters. */
    record Barrier() implements LogEntry {}
}
