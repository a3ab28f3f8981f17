package io.weldr.core.route;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Scheme;
import org.jspecify.annotations.Nullable;

/** Applies the actions and filters of a route to a request, for the proxy and for {@code explain}. */
public final class Actions {
    private Actions() {}

    /** Path and query that go to the origin. See {@link RewrittenTarget} for the same in bytes. */
    public static String target(RouteMatched matched, RequestView view) {
        PathRewrite rewrite = matched.route().filters().rewritePath();
        if (rewrite == null) {
            return Octets.text(view.bytes(), view.pathStart(), view.targetEnd());
        }
        RewrittenTarget target = new RewrittenTarget();
        target.set(rewrite, matched, view);
        return target.toString();
    }

    /**
     * The value of {@code Location} (RFC 9110 section 10.2.2). The port is the one that the redirect names. If it names
     * a scheme and no port, that is the port of the scheme. If it names neither, the port stays as the client wrote it.
     * The port of the scheme itself is left out. The query stays.
     *
     * <p>If neither redirect nor request names a host, which HTTP/1.0 allows, the value is a path on the same host.
     *
     * @param scheme of the request, as the client sees it
     */
    public static String location(
            RouteAction.Redirect redirect, RouteMatched matched, RequestView view, Scheme scheme) {
        String target = redirectTarget(redirect.path(), matched, view);
        byte[] bytes = view.bytes();
        int hostEnd = hostEnd(view);
        String host = redirect.host() != null
                ? new HostPort(redirect.host(), 1).uriHost()
                : Octets.text(bytes, view.hostStart(), hostEnd);
        if (host.isEmpty()) {
            // Two slashes would begin a host (RFC 3986 section 4.2).
            return target.startsWith("//") ? "/." + target : target;
        }
        Scheme to = redirect.scheme() == null ? scheme : redirect.scheme();
        int port = to.defaultPort();
        if (redirect.port() != null) {
            port = redirect.port();
        } else if (redirect.scheme() == null) {
            port = port(Octets.text(bytes, hostEnd, view.hostEnd()), port);
        }
        return to.text() + "://" + host + (port == to.defaultPort() ? "" : ":" + port) + target;
    }

    private static String redirectTarget(@Nullable PathRewrite rewrite, RouteMatched matched, RequestView view) {
        if (PathForm.isAsterisk(view)) {
            return ""; // RFC 9112 section 3.2.4: a URL with an empty path stands for it
        }
        if (rewrite != null) {
            RewrittenTarget target = new RewrittenTarget();
            target.set(rewrite, matched, view);
            return target.toString();
        }
        String target = Octets.text(view.bytes(), view.pathStart(), view.targetEnd());
        return target.startsWith("/") ? target : "/" + target;
    }

    /** Where the host of the request ends and its port, with the colon, begins. */
    private static int hostEnd(RequestView view) {
        byte[] bytes = view.bytes();
        int at = view.hostStart();
        boolean bracket = at < view.hostEnd() && bytes[at] == '[';
        while (at < view.hostEnd() && (bracket || bytes[at] != ':')) {
            bracket &= bytes[at] != ']';
            at++;
        }
        return at;
    }

    /** @param text a colon and a port, or less than that */
    private static int port(String text, int otherwise) {
        return text.matches(":[0-9]{1,5}") ? Integer.parseInt(text.substring(1)) : otherwise;
    }
}
