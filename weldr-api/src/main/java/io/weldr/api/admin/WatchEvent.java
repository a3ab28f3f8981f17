package io.weldr.api.admin;

import io.weldr.core.state.Change;

/** An event of a watch. */
public sealed interface WatchEvent {
    /** Where to go on after a break. */
    long revision();

    /** One change, in the order of the log. */
    record Changed(Change change) implements WatchEvent {
        @Override
        public long revision() {
            return change.revision();
        }
    }

    /** What lies before {@code revision} is not told: read the state anew; changes follow from here. */
    record Resync(long revision, String reason) implements WatchEvent {}
}
