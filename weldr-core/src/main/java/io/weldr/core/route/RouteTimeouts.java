package io.weldr.core.route;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of a route. Null: as the node has it.
 *
 * @param request all of it, from the head to the end of the response, 100 ms to 7 d
 * @param responseHead from the end of the request to the head of the response, 100 ms to 7 d
 */
public record RouteTimeouts(
        @Nullable Duration request, @Nullable Duration responseHead) {
    /** As the node has them. */
    public static final RouteTimeouts UNSET = new RouteTimeouts(null, null);

    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofDays(7);

    public RouteTimeouts {
        if (request != null) {
            Check.inRange("timeouts.request", request, LEAST, MOST);
        }
        if (responseHead != null) {
            Check.inRange("timeouts.responseHead", responseHead, LEAST, MOST);
        }
    }
}
