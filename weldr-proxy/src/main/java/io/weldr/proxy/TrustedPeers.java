package io.weldr.proxy;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.weldr.core.Check;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;

/** Networks whose word about clients behind them is believed. Asked once for each client connection. */
final class TrustedPeers implements Predicate<InetSocketAddress> {

    private final List<IpSubnetFilterRule> networks;

    TrustedPeers(List<String> networks) {
        this.networks = networks.stream().map(TrustedPeers::parse).toList();
    }

    /** Reads {@code address/prefix}, or an address that stands for itself alone. */
    static IpSubnetFilterRule parse(String network) {
        int slash = network.indexOf('/');
        String address = slash < 0 ? network : network.substring(0, slash);
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        int longest = bytes == null ? -1 : bytes.length * 8;
        String prefix = slash < 0 ? String.valueOf(longest) : network.substring(slash + 1);
        if (bytes == null || !prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > longest) {
            throw new IllegalArgumentException(
                    "network: " + Check.quote(network) + " (expected: an address or a network, as in 10.0.0.0/8)");
        }
        return new IpSubnetFilterRule(address, Integer.parseInt(prefix), IpFilterRuleType.ACCEPT);
    }

    @Override
    public boolean test(InetSocketAddress peer) {
        InetSocketAddress plain = withoutMapping(peer);
        for (IpSubnetFilterRule network : networks) {
            if (network.matches(plain)) {
                return true;
            }
        }
        return false;
    }

    /** An IPv4 client of an IPv6 socket is still an IPv4 client. */
    private static InetSocketAddress withoutMapping(InetSocketAddress peer) {
        if (!(peer.getAddress() instanceof Inet6Address six) || !isMapped(six.getAddress())) {
            return peer;
        }
        byte[] bytes = six.getAddress();
        try {
            InetAddress four = Inet4Address.getByAddress(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
            return new InetSocketAddress(four, peer.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes, always
        }
    }

    private static boolean isMapped(byte[] six) {
        for (int i = 0; i < 10; i++) {
            if (six[i] != 0) {
                return false;
            }
        }
        return six[10] == (byte) 0xff && six[11] == (byte) 0xff;
    }
}
