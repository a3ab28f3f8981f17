package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request and what has to become of it. The leader runs the tests of all routes before a change of routes enters the
 * log.
 *
 * @param request as it would come. It is tried on the listeners of the route that speak the scheme of its URL, or on
 *     all listeners of the route if none does
 * @param route the route that the request has to take; null: the one that has the test. {@link #NO_ROUTE}: none
 * @param pool where it has to be able to go; null: anywhere
 * @param status that weldr itself has to answer: of a redirect or a fixed response, 403 if the route denies the client,
 *     404 if no route takes the request; null: any, or none
 */
public record RouteTest(
        SampleRequest request,
        @Nullable String route,
        @Nullable PoolName pool,
        @Nullable Integer status) {
    /** What {@link #route} says of a request that no route may take. */
    public static final String NO_ROUTE = "none";

    public RouteTest {
        if (route != null && !route.equals(NO_ROUTE)) {
            route = new RouteName(route).value();
        }
        if (status != null) {
            Check.inRange("status", status, 200, 599);
        }
    }

    /**
     * A request as people write it down.
     *
     * @param url {@code http://host[:port]/path[?query]}, or {@code https:}
     * @param client address of the client; null: 192.0.2.1
     */
    public record SampleRequest(
            String method,
            String url,
            List<HeaderEdits.HeaderValue> headers,
            @Nullable String client) {
        private static final int URL_CHARS_MAX = 2048;
        private static final int HEADERS_MAX = 16;

        /** Of the URL. */
        public Scheme scheme() {
            return url.startsWith("https:") ? Scheme.HTTPS : Scheme.HTTP;
        }

        private static void checkAddress(String client) {
            String expected = "an IP address, as in 192.0.2.1 or 2001:db8::1";
            Check.that(client.indexOf('/') < 0, "client", client, expected);
            try {
                Network.parse(client);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "client: " + Check.quote(client) + " (expected: " + expected + ")", e);
            }
        }

        public SampleRequest {
            io.weldr.core.Names.checkToken("method", method);
            Check.that(
                    url.length() <= URL_CHARS_MAX
                            && url.matches("https?://[!-~&&[^/?#@]]+(/[!-~&&[^#]]*)?(\\?[!-~&&[^#]]*)?"),
                    "url",
                    url,
                    "http://host/path, with a query if need be");
            headers = List.copyOf(headers);
            Check.atMost("headers", headers.size(), HEADERS_MAX);
            for (int i = 0; i < headers.size(); i++) {
                String name = headers.get(i).name();
                Check.that(
                        !name.equalsIgnoreCase("host"),
                        "headers[" + i + "].name",
                        name,
                        "no Host: the url says which host is asked for");
            }
            if (client != null) {
                checkAddress(client);
            }
        }
    }
}
