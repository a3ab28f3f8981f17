package io.weldr.leader.vip;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;

/**
 * An address that moves with the leadership, and where it is put.
 *
 * @param address IPv4 or IPv6 literal, kept in canonical form, as the kernel shows it
 * @param prefix length of the prefix in bits, 1 to 32 or 1 to 128
 * @param interfaceName the network interface, 1 to 15 characters as the kernel allows them
 */
public record VirtualIp(String address, int prefix, String interfaceName) {
    public VirtualIp {
        address = canonical(address);
        Check.inRange("prefix of virtual IP " + address, prefix, 1, address.indexOf(':') >= 0 ? 128 : 32);
        // No option, no path, and no word that ip would take for something else.
        Check.that(
                interfaceName.matches("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}"),
                "interface of virtual IP " + address,
                interfaceName,
                "the name of a network interface, as in eth0");
    }

    /** Reads {@code address/prefix}. */
    public static VirtualIp parse(String addressAndPrefix, String interfaceName) {
        int slash = addressAndPrefix.indexOf('/');
        String digits = addressAndPrefix.substring(slash + 1);
        Check.that(
                slash > 0 && digits.matches("[0-9]{1,3}"),
                "virtual IP",
                addressAndPrefix,
                "address/prefix, as in 192.0.2.10/24");
        return new VirtualIp(addressAndPrefix.substring(0, slash), Integer.parseInt(digits), interfaceName);
    }

    private static String canonical(String address) {
        HostPort literal = new HostPort(address, 1); // the core's one reader of literals; the port means nothing
        Check.that(literal.isLiteral(), "virtual IP", address, "an IPv4 or IPv6 address, not a name");
        String canonical = literal.host();
        boolean unicast = literal.isIpv6()
                ? !canonical.equals("::")
                        && !canonical.equals("::1")
                        && !canonical.startsWith("ff")
                        && !canonical.startsWith("::ffff:")
                : !canonical.startsWith("0.")
                        && !canonical.startsWith("127.")
                        && Integer.parseInt(canonical.substring(0, canonical.indexOf('.'))) < 224;
        Check.that(unicast, "virtual IP", address, "a unicast address that other machines can reach");
        return canonical;
    }

    public boolean isIpv6() {
        return address.indexOf(':') >= 0;
    }

    /** {@code address/prefix}, as {@code ip} takes it. */
    public String cidr() {
        return address + "/" + prefix;
    }

    @Override
    public String toString() {
        return cidr() + " on " + interfaceName;
    }
}
