package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.pool.StatusRange;
import java.util.List;

/**
 * The retries of a route. Only idempotent requests that are there as a whole are (RFC 9110 section 9.2.2), within
 * the retry budget of the node.
 *
 * @param triesMax origins that one request is sent to at most, 1 to 16; 0: as the node has it
 * @param statuses of a response for which another origin is tried, 500 to 599; none by default
 */
public record RouteRetries(int triesMax, List<StatusRange> statuses) {
    /** As the node has it. */
    public static final RouteRetries DEFAULT = new RouteRetries(0, List.of());

    public RouteRetries {
        Check.inRange("retries.triesMax", triesMax, 0, 16);
        statuses = List.copyOf(statuses);
        statuses.forEach(range ->
                Check.that(range.least() >= 500, "retries.statuses", range, "500 to 599, because others are answers"));
    }
}
