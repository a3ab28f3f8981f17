package io.weldr.leader.vip;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address that an interface has, as {@code ip -oneline address show} prints it.
 *
 * @param cidr address and length of the prefix
 * @param secondsLeft how long the kernel keeps it; null: for good
 */
record Shown(String interfaceName, String cidr, @Nullable Long secondsLeft) {
    /**
     * {@code 2: eth0    inet 192.0.2.10/24 scope global dynamic eth0\ valid_lft 2sec …}; a point-to-point address has
     * {@code peer …/24}.
     */
    private static final Pattern LINE =
            Pattern.compile("^\\d+: (\\S+)\\s+inet6? ([^/ ]+)( peer [^/ ]+)?/(\\d+) .*valid_lft (forever|\\d+).*$");

    /** Null if the line shows no address. */
    static @Nullable Shown parse(String line) {
        Matcher found = LINE.matcher(line);
        if (!found.matches()) {
            return null;
        }
        String left = found.group(5);
        return new Shown(
                found.group(1),
                found.group(2) + "/" + found.group(4),
                left.equals("forever") ? null : Long.valueOf(left));
    }

    /**
     * Whether weldr can have set it, and so may delete it. An address that is there for good is not weldr's, nor is one
     * that a DHCP server gave for minutes or hours.
     *
     * @param lifetime that weldr gives its addresses
     */
    boolean mayBeOurs(Duration lifetime) {
        return secondsLeft != null && secondsLeft <= lifetime.toSeconds();
    }

    String address() {
        return cidr.substring(0, cidr.indexOf('/'));
    }
}
