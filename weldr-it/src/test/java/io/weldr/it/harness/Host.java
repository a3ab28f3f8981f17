package io.weldr.it.harness;

import java.util.List;

/**
 * Where a node runs.
 *
 * @param address what others reach it by
 * @param enter what goes before a command line to have it run there
 * @param ownNetwork whether it has a network of its own, with all ports free, or shares this machine's
 */
public record Host(String address, List<String> enter, boolean ownNetwork) {
    public Host {
        enter = List.copyOf(enter);
    }

    /** This machine. */
    public static Host loopback() {
        return new Host("127.0.0.1", List.of(), false);
    }

    /** This machine, by IPv6; as it stands in a URL. */
    public static Host loopbackByIpv6() {
        return new Host("[::1]", List.of(), false);
    }
}
