package io.weldr.core.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The route of a request, and the reasons.
 *
 * @param host in normal form; empty if the request names no valid host
 * @param path in normal form; the path of the request as it came if that is ambiguous
 * @param ambiguousPath whether two servers may take the path for different ones, see {@link RequestView}
 * @param winner what {@link RouteTable#match} returns for this request; null: no route takes it
 * @param refusal why the winner answers 403, as in {@code client 192.0.2.1 is in no allowed network}; null: it does not
 * @param considered the routes of the listener, those first that would go before the others; at most {@value
 *     #ROUTES_MAX}
 * @param left how many routes are left out of {@code considered}
 */
public record Explanation(
        String host,
        String path,
        boolean ambiguousPath,
        @Nullable RouteMatched winner,
        @Nullable String refusal,
        List<Considered> considered,
        int left) {
    /** As many as a cluster may have today. */
    public static final int ROUTES_MAX = 4096;

    public Explanation {
        considered = List.copyOf(considered);
    }

    /**
     * A route, by that of its matches which came nearest.
     *
     * @param index place of that match among {@link Route#matches}, from 0
     * @param matches whether the request matches
     * @param lost why the route does not take the request, as in {@code method is not POST}; null: it does
     */
    public record Considered(
            Route route,
            int index,
            boolean matches,
            @Nullable String lost) {}
}
