package io.weldr.core.listener;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one listener on each node. Null: as the node has it, or its default.
 *
 * @param connectionsMax client connections of one node, 1 to 1 000 000, within the limit of the node
 * @param requestBodyBytesMax longest request body, 0 to 1 TiB; 0: no limit. Not with {@code tcp}
 * @param idleTimeout how long a client may be silent between two requests, or both sides of a {@code tcp} connection, 1
 *     s to 1 d
 */
public record ListenerLimits(
        @Nullable Integer connectionsMax,
        @Nullable Long requestBodyBytesMax,
        @Nullable Duration idleTimeout) {
    /** As the node has it. */
    public static final ListenerLimits UNSET = new ListenerLimits(null, null, null);

    private static final long BODY_BYTES_MOST = 1L << 40;

    public ListenerLimits {
        if (connectionsMax != null) {
            Check.inRange("limits.connectionsMax", connectionsMax, 1, 1_000_000);
        }
        if (requestBodyBytesMax != null) {
            Check.that(
                    requestBodyBytesMax >= 0 && requestBodyBytesMax <= BODY_BYTES_MOST,
                    "limits.requestBodyBytesMax",
                    requestBodyBytesMax,
                    "between 0 and " + BODY_BYTES_MOST);
        }
        if (idleTimeout != null) {
            Check.inRange("limits.idleTimeout", idleTimeout, Duration.ofSeconds(1), Duration.ofDays(1));
        }
    }
}
