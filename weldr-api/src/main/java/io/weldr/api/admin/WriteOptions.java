package io.weldr.api.admin;

import io.weldr.api.auth.Caller;
import io.weldr.core.Check;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a write.
 *
 * @param id names the wish
 * @param expectedRevisions refuse unless the origin was last modified at one of them; null: whatever it is
 * @param waitApplied answer only once every member that can be reached serves by it
 * @param caller who asks for it
 * @param reason why, as the caller says; null: nothing is said
 */
public record WriteOptions(
        RequestId id,
        @Nullable List<Long> expectedRevisions,
        boolean waitApplied,
        Caller caller,
        @Nullable String reason) {
    public WriteOptions {
        if (expectedRevisions != null) {
            expectedRevisions = List.copyOf(expectedRevisions);
            Check.that(!expectedRevisions.isEmpty(), "expected revisions", expectedRevisions, "at least one");
        }
    }

    /** What the history says of it. */
    Attribution by() {
        return caller.attribution(reason);
    }

    /** Whether the condition holds for an origin that was last modified at {@code revision}. */
    boolean expects(long revision) {
        return expectedRevisions == null || expectedRevisions.contains(revision);
    }

    /**
     * What a command for an origin at {@code seen} has to expect, so that it is carried out only if the condition
     * holds.
     */
    long expected(long seen) {
        return expectedRevisions == null || expectedRevisions.contains(seen) ? seen : expectedRevisions.get(0);
    }
}
