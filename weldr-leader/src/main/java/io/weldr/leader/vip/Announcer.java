package io.weldr.leader.vip;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the neighbours where the addresses are now: a gratuitous ARP request (RFC 5227 section 3) through {@code arping}, an
 * unsolicited neighbour advertisement with the override flag (RFC 4861 section 7.2.6) through {@code ndptool}. Each call sends one,
 * so that a paused process does not go on announcing.
 */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    /** {@code arping} waits a second for answers after it has sent. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final List<VirtualIp> addresses;
    private final Programs programs;
    private final Processes processes;

    Announcer(List<VirtualIp> addresses, Programs programs, Processes processes) {
        this.addresses = addresses;
        this.programs = programs;
        this.processes = processes;
    }

    /** Announces each address once. Returns at once. */
    void announce() {
        for (VirtualIp address : addresses) {
            processes.run(command(address, programs), Map.of(), TIMEOUT).thenAccept(finished -> {
                if (!finished.succeeded()) {
                    LOG.warn("Virtual IP {} not announced: {}", address, finished.oneLine());
                }
            });
        }
    }

    static List<String> command(VirtualIp address, Programs programs) {
        return address.isIpv6()
                ? neighbourAdvertisement(programs, address.interfaceName(), address.address())
                : gratuitousArp(programs, address.interfaceName(), address.address());
    }

    static List<String> gratuitousArp(Programs programs, String interfaceName, String address) {
        String arping = Objects.requireNonNull(programs.arping(), "arping");
        return List.of(arping, "-q", "-U", "-c", "1", "-I", interfaceName, address);
    }

    static List<String> neighbourAdvertisement(Programs programs, String interfaceName, String address) {
        String ndptool = Objects.requireNonNull(programs.ndptool(), "ndptool");
        return List.of(ndptool, "-t", "na", "-U", "-T", address, "-i", interfaceName, "send");
    }
}
