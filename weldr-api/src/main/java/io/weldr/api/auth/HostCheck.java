package io.weldr.api.auth;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites from reading the API by DNS rebinding: their owner points a name at an address of this
 * node, and to the browser page and API are one site. What the browser sends then has that name as its host. Immutable.
 */
public final class HostCheck {
    private static final int ANY_PORT = 80;

    private final Set<String> hosts;

    public HostCheck(Set<String> hosts) {
        this.hosts = Set.copyOf(hosts);
    }

    /**
     * Why the request is refused; null: it is not. A request that shows a token was made by no page that does not know
     * one, and browsers keep a session for the very host at which somebody signed in. Where everybody is let in, the
     * names by which people call a node are not known.
     *
     * @param host value of {@code Host}; null: the client sent none, which no browser does
     */
    public @Nullable Problem refused(@Nullable String host, Caller caller, AccessRule rule) {
        return host == null || caller.showsToken() || caller.bySession() || rule == AccessRule.ANYBODY || goesBy(host)
                ? null
                : Problem.of(
                        ProblemType.UNKNOWN_HOST,
                        "Host: " + Check.quote(host),
                        "an IP address, localhost, a name in admin-hosts, or a request with a token");
    }

    /** Whether that host cannot have been pointed here by somebody else, as IP addresses cannot. */
    public boolean goesBy(String host) {
        try {
            HostPort parsed = HostPort.parse(host, ANY_PORT);
            String name = parsed.host().toLowerCase(Locale.ROOT);
            return parsed.isLiteral() || name.equals("localhost") || hosts.contains(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
