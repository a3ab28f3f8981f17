package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;

/**
 * The rule for addresses at which members reach each other. gRPC and HTTP clients take the host of such an address for
 * the host of a URI, and refuse some names that the DNS knows (RFC 2396 section 3.2.2). Origins are reached without a
 * URI: the rule is not for them.
 */
public final class MemberAddress {
    private static final String EXPECTED =
            "an IP address, or a name of letters, digits and -, without _, whose part after the last dot starts with a letter";

    private MemberAddress() {}

    /** Reads {@code host:port} or {@code [v6]:port}, for a member. */
    public static HostPort parse(String text) {
        return check(HostPort.parse(text));
    }

    /** Returns {@code address} if members can reach each other there. */
    public static HostPort check(HostPort address) {
        if (!address.isLiteral()) {
            String host = address.host();
            char first = host.charAt(host.lastIndexOf('.') + 1);
            boolean startsAsItShould = host.indexOf('.') < 0 || (first >= 'a' && first <= 'z');
            Check.that(host.indexOf('_') < 0 && startsAsItShould, "host of a member", host, EXPECTED);
        }
        return address;
    }
}
