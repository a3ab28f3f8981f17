package io.weldr.core.pool;

import io.weldr.core.Check;
import java.util.Locale;

/**
 * A host (IPv4 literal, IPv6 literal without brackets, or name) and a port of 1 to 65535. Hosts are kept in one
 * canonical form, lower case and IPv6 as RFC 5952 writes it, so that equal addresses are equal values.
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
    /** RFC 1035 section 2.3.4. */
    public static final int HOST_CHARS_MAX = 253;

    private static final int LABEL_CHARS_MAX = 63;

    public HostPort {
        host = canonical(host);
        Check.inRange("port", port, 1, 65535);
    }

    /** Reads {@code host:port} or {@code [v6]:port}. */
    public static HostPort parse(String text) {
        return parse(text, 0);
    }

    /** Reads {@code host[:port]} or {@code [v6][:port]}; {@code defaultPort} 0 means that the port must be there. */
    public static HostPort parse(String text, int defaultPort) {
        int colon;
        String host;
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            Check.that(close > 0, "address", text, "a closing bracket, as in [::1]:8080");
            host = text.substring(1, close);
            Check.that(Ipv6.isLiteral(host), "address", text, "an IPv6 literal between the brackets");
            colon = close + 1;
            Check.that(colon == text.length() || text.charAt(colon) == ':', "address", text, "[host]:port");
        } else {
            colon = text.indexOf(':');
            Check.that(colon == text.lastIndexOf(':'), "address", text, "brackets around IPv6, as in [::1]:8080");
            colon = colon < 0 ? text.length() : colon;
            host = text.substring(0, colon);
        }
        if (colon == text.length()) {
            Check.that(defaultPort > 0, "address", text, "host:port");
            return new HostPort(host, defaultPort);
        }
        return new HostPort(host, port(text.substring(colon + 1), text));
    }

    private static int port(String digits, String whole) {
        boolean plain =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        Check.that(plain, "address", whole, "a port between 1 and 65535 after the colon");
        return Integer.parseInt(digits);
    }

    private static String canonical(String host) {
        Check.that(!host.isEmpty(), "host", host, "a host name or an IP address");
        Check.that(host.length() <= HOST_CHARS_MAX, "host", host, "at most " + HOST_CHARS_MAX + " characters");
        if (host.indexOf(':') >= 0) {
            return Ipv6.canonical(host);
        }
        if (host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
            Check.that(isIpv4(host), "host", host, "four decimal numbers from 0 to 255, as in 192.0.2.1");
            return host;
        }
        for (String label : host.split("\\.", -1)) {
            Check.that(isLabel(label), "host", host, "labels of letters, digits, - and _, separated by dots");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    private static boolean isIpv4(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            // "010" is ten to some readers and eight to others: one spelling only.
            boolean digits =
                    !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!digits || (part.length() > 1 && part.charAt(0) == '0')) {
                return false;
            }
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLabel(String label) {
        if (label.isEmpty() || label.length() > LABEL_CHARS_MAX || label.startsWith("-") || label.endsWith("-")) {
            return false;
        }
        return label.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '-'
                        || c == '_');
    }

    /** Whether the host is an IPv6 literal. */
    public boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    /** Whether the host is an address already, so that nothing has to be looked up. */
    public boolean isLiteral() {
        return isIpv6() || isIpv4(host);
    }

    /** The host as a URL or a Host field has it: IPv6 in brackets. */
    public String uriHost() {
        return isIpv6() ? "[" + host + "]" : host;
    }

    /**
     * A host and a port as people write them, with IPv6 in brackets. For addresses to listen on, whose port may be 0.
     */
    public static String text(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public int compareTo(HostPort other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    /** {@code host:port}, with IPv6 in brackets; {@link #parse(String)} reads it back. */
    @Override
    public String toString() {
        return text(host, port);
    }
}
