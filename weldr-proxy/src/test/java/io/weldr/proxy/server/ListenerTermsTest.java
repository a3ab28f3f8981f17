package io.weldr.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.Network;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerTermsTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "::1, ::1, true",
        "::1, 127.0.0.1, false",
    })
    void aPeerIsOneOfThemWhenItsNetworkIs(String network, String peer, boolean contained) throws UnknownHostException {
        List<Network> networks = List.of(Network.parse("198.51.100.0/24"), Network.parse(network));
        assertThat(ListenerTerms.contain(networks, new InetSocketAddress(InetAddress.getByName(peer), 1)))
                .isEqualTo(contained);
    }

    @Test
    void anIpv4ClientOfAnIpv6SocketIsAnIpv4Client() throws UnknownHostException {
        byte[] mapped = new byte[16];
        System.arraycopy(new byte[] {(byte) 0xff, (byte) 0xff, 10, 1, 2, 3}, 0, mapped, 10, 6);
        InetSocketAddress peer = new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 1);
        assertThat(peer.getAddress()).isInstanceOf(Inet6Address.class);
        assertThat(ListenerTerms.contain(List.of(Network.parse("10.0.0.0/8")), peer))
                .isTrue();
        assertThat(ListenerTerms.contain(List.of(Network.parse("11.0.0.0/8")), peer))
                .isFalse();
        assertThat(ListenerTerms.contain(List.of(), peer)).isFalse();
    }
}
