package io.weldr.core.route;

import io.weldr.core.pool.HostPort;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The edits of a route on requests and responses.
 *
 * <p>The message of an {@link IllegalArgumentException} names the field as a route has it: {@code
 * requestHeaders.set[0].name}.
 *
 * @param rewriteHost value of {@code Host} towards the origin, with a port if need be; null: as the origin's host
 *     policy says
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
        named("requestHeaders.", request, HeaderRules.REQUEST::check);
        named("responseHeaders.", response, HeaderRules.RESPONSE::check);
        if (rewriteHost != null) {
            HostPort checked = host(rewriteHost);
            rewriteHost = rewriteHost.contains("]:") || (!checked.isIpv6() && rewriteHost.indexOf(':') >= 0)
                    ? checked.toString()
                    : checked.uriHost();
        }
    }

    private static void named(String path, HeaderEdits edits, Consumer<HeaderEdits> check) {
        try {
            check.accept(edits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + e.getMessage(), e);
        }
    }

    private static HostPort host(String text) {
        try {
            return HostPort.parse(text, 80);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("rewrite.host: " + e.getMessage(), e);
        }
    }
}
