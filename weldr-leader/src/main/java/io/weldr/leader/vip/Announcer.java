package io.weldr.leader.vip;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the neighbours where the addresses are now. */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    /**
     * An announcement that was held up for longer, because the process was paused, may be wrong by now and is not sent.
     */
    static final Duration HELD_UP_MAX = Duration.ofMillis(500);

    private final List<VirtualIp> addresses;
    private final Packets packets;
    private final Executor sending;
    private final LongSupplier clock;
    private final Set<VirtualIp> withoutNeighbours = ConcurrentHashMap.newKeySet();

    /**
     * @param sending does the sending, which takes a few system calls for each address
     * @param clock nanoseconds that only grow
     */
    Announcer(List<VirtualIp> addresses, Packets packets, Executor sending, LongSupplier clock) {
        this.addresses = addresses;
        this.packets = packets;
        this.sending = sending;
        this.clock = clock;
    }

    /** Announces each address once. Returns at once. */
    void announce() {
        if (!addresses.isEmpty()) {
            long decidedNanos = clock.getAsLong();
            sending.execute(() -> addresses.forEach(address -> announce(address, decidedNanos)));
        }
    }

    private void announce(VirtualIp address, long decidedNanos) {
        if (clock.getAsLong() - decidedNanos > HELD_UP_MAX.toNanos()) {
            LOG.info("Virtual IP {} not announced: the process was held up, and another node may hold it", address);
            return;
        }
        try {
            if (!packets.announce(address) && withoutNeighbours.add(address)) {
                LOG.warn(
                        "Virtual IP {} is not announced: {} is no Ethernet interface",
                        address,
                        address.interfaceName());
            }
        } catch (IOException | LinkageError e) {
            LOG.warn("Virtual IP {} not announced: {}", address, e.getMessage());
        }
    }
}
