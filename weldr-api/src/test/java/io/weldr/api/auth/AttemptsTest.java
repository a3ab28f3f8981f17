package io.weldr.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private long nowNanos = 7;
    private final Attempts attempts = new Attempts(() -> nowNanos);

    private static InetAddress at(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void failUntilRefused(String literal) {
        for (int i = 0; i < Attempts.BURST; i++) {
            assertThat(attempts.mayTry(at(literal))).as("attempt %d", i).isTrue();
            attempts.failed(at(literal));
        }
        assertThat(attempts.mayTry(at(literal))).isFalse();
    }

    @Test
    void afterABurstOneIsLookedAtEachSecond() {
        failUntilRefused("192.0.2.1");
        assertThat(attempts.mayTry(at("192.0.2.2"))).isTrue();
        nowNanos += TimeUnit.MILLISECONDS.toNanos(1001);
        assertThat(attempts.mayTry(at("192.0.2.1"))).isTrue();
        attempts.failed(at("192.0.2.1"));
        assertThat(attempts.mayTry(at("192.0.2.1"))).isFalse();
        nowNanos += TimeUnit.MINUTES.toNanos(1);
        assertThat(attempts.mayTry(at("192.0.2.1"))).isTrue();
        assertThat(attempts.addresses()).isZero();
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        failUntilRefused("2001:db8::1");
        assertThat(attempts.mayTry(at("2001:db8::ffff:2"))).isFalse();
        assertThat(attempts.mayTry(at("2001:db8:0:1::1"))).isTrue();
    }

    @Test
    void noMoreAddressesAreRememberedThanFit() {
        failUntilRefused("192.0.2.1");
        for (int i = 0; i < Attempts.ADDRESSES_MAX + 100; i++) {
            attempts.failed(at("10." + (i >> 8) + "." + (i & 255) + ".1"));
            assertThat(attempts.mayTry(at("192.0.2.1"))).isFalse(); // whoever goes on trying is not forgotten
        }
        assertThat(attempts.addresses()).isEqualTo(Attempts.ADDRESSES_MAX);
    }
}
