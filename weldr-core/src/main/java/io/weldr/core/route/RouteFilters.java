package io.weldr.core.route;

import io.weldr.core.pool.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * What is changed of a request on its way, and of its response on the way back.
 *
 * @param rewriteHost value of {@code Host} towards the origin, with a port if need be; null: as the origin's host policy says
 * @param rewritePath null: the path stays
 */
public record RouteFilters(
        HeaderEdits request,
        HeaderEdits response,
        @Nullable String rewriteHost,
        @Nullable PathRewrite rewritePath) {
    /** Changes nothing. */
    public static final RouteFilters NONE = new RouteFilters(HeaderEdits.NONE, HeaderEdits.NONE, null, null);

    public RouteFilters {
        if (rewriteHost != null) {
            HostPort checked = HostPort.parse(rewriteHost, 80);
            rewriteHost = rewriteHost.contains("]:") || (!checked.isIpv6() && rewriteHost.indexOf(':') >= 0)
                    ? checked.toString()
                    : checked.uriHost();
        }
    }
}
