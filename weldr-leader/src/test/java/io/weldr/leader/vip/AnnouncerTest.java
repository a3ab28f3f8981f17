package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final VirtualIp A = VirtualIp.parse("10.0.0.1/24", "eth0");
    private static final VirtualIp B = VirtualIp.parse("fd00::1/64", "eth1");

    private final List<VirtualIp> announced = new ArrayList<>();
    private final List<Runnable> handedOver = new ArrayList<>();
    private long nowNanos;

    private Announcer announcer(List<VirtualIp> addresses) {
        Packets packets = new Packets() {
            @Override
            public @Nullable String obstacle() {
                return null;
            }

            @Override
            public boolean announce(VirtualIp address) throws IOException {
                announced.add(address);
                if (address.equals(A)) {
                    throw new IOException("as the test wants");
                }
                return true;
            }
        };
        return new Announcer(addresses, packets, handedOver::add, () -> nowNanos);
    }

    @Test
    void anAddressThatCannotBeAnnouncedDoesNotKeepOthersFromIt() {
        announcer(List.of(A, B)).announce();
        assertThat(announced).as("on the thread of the caller").isEmpty();
        handedOver.forEach(Runnable::run);
        assertThat(announced).containsExactly(A, B);
    }

    @Test
    void whatAPausedProcessDecidedIsNotSentLate() {
        announcer(List.of(B)).announce();
        nowNanos += Announcer.HELD_UP_MAX.toNanos() + 1;
        handedOver.forEach(Runnable::run);
        assertThat(announced).isEmpty();
    }

    @Test
    void withoutAddressesNothingIsTouched() {
        Announcer hooksOnly = new Announcer(
                List.of(),
                new PacketSocket(),
                task -> {
                    throw new RejectedExecutionException();
                },
                () -> nowNanos);
        hooksOnly.announce();
    }
}
