package io.weldr.leader.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadAddressesTest {
    private final DeadAddresses dead = new DeadAddresses();

    private static InetSocketAddress address(int number) {
        try {
            byte[] octets = {10, 0, (byte) (number >> 8), (byte) number};
            return new InetSocketAddress(InetAddress.getByAddress(octets), 80);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatFailedComesLastUntilItConnects() {
        List<InetSocketAddress> all = List.of(address(1), address(2), address(3), address(4));
        assertThat(dead.deadLast(all)).isEqualTo(all);
        dead.failed(address(1));
        dead.failed(address(3));
        assertThat(dead.deadLast(all)).containsExactly(address(2), address(4), address(1), address(3));
        dead.connected(address(1));
        assertThat(dead.deadLast(all)).containsExactly(address(1), address(2), address(4), address(3));
    }

    @Test
    void thereIsRoomForSoMany() {
        for (int i = 0; i <= DeadAddresses.ADDRESSES_MAX; i++) {
            dead.failed(address(i));
        }
        assertThat(dead.deadLast(List.of(address(1), address(0))))
                .as("the eldest made room")
                .containsExactly(address(0), address(1));
    }
}
