package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;

/**
 * Hosts that a route is for: one, or with {@code *.} all that have at least one more label in front of it. Kept in
 * lower case, an IPv6 literal without brackets.
 *
 * @param wildcard whether labels in front of {@code host} are meant, and not {@code host} itself
 */
public record HostPattern(boolean wildcard, String host) {
    public HostPattern {
        HostPort checked = new HostPort(host, 1);
        boolean literal = checked.isIpv6() || isIpv4(checked.host());
        Check.that(!wildcard || !literal, "hosts", "*." + host, "a name behind the wildcard");
        host = checked.host();
    }

    /** A host of nothing but digits and dots is an IPv4 address, or {@link HostPort} refuses it. */
    private static boolean isIpv4(String host) {
        return host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /** Reads {@code shop.example.com} or {@code *.example.com}. */
    public static HostPattern parse(String text) {
        boolean wildcard = text.startsWith("*.");
        String host = wildcard ? text.substring(2) : text;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        Check.that(
                !host.isEmpty() && host.indexOf('*') < 0,
                "hosts",
                text,
                "a host without port, as in shop.example.com, or *. in front of it for all below it");
        try {
            return new HostPattern(wildcard, host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("hosts: " + Check.quote(text) + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return wildcard ? "*." + host : host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
