package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.weldr.api.auth.HostCheck;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a page of another site makes a browser send. A browser posts plain forms to any address without asking,
 * and the operator's browser reaches addresses that the page's author does not; what such a page sends is not the
 * operator's wish. Programs send none of the fields that are looked at here, and are not concerned.
 */
final class CrossSite {
    private CrossSite() {}

    /** A page of another site can make a browser send it only if the API allows that (CORS), which it never does. */
    static final String SESSION_FIELD = "Weldr-Session";

    /**
     * @param bySession whether the browser has added the credential: then more than the absence of signs is asked for
     */
    static @Nullable Problem refused(HttpServerRequest request, HostCheck hosts, boolean bySession) {
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || method.equals(HttpMethod.OPTIONS)) {
            return null;
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return Problem.of(ProblemType.CROSS_SITE, "Sec-Fetch-Site: " + Check.quote(site), "same-origin");
        }
        if (bySession && request.getHeader(SESSION_FIELD) == null) {
            return Problem.of(
                    ProblemType.CROSS_SITE,
                    "a change by a session, without the field " + SESSION_FIELD,
                    SESSION_FIELD + ": 1, as the dashboard sends it");
        }
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return null;
        }
        String host = request.getHeader("Host");
        int at = origin.indexOf("://");
        if (host == null || at <= 0 || !origin.substring(at + 3).equalsIgnoreCase(host)) {
            return Problem.of(ProblemType.CROSS_SITE, "Origin: " + Check.quote(origin), "the host that was asked");
        }
        // A name that its owner points at this node makes their page and this API one site to the browser (DNS
        // rebinding).
        if (!bySession && !hosts.goesBy(host)) {
            return Problem.of(
                    ProblemType.CROSS_SITE,
                    "Host: " + Check.quote(host) + " from a page in a browser",
                    "an IP address, localhost, or a name in admin-hosts");
        }
        return null;
    }
}
