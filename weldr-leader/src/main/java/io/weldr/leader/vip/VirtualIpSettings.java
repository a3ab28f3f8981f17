package io.weldr.leader.vip;

import io.weldr.core.Check;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The settings of virtual IPs and hooks.
 *
 * @param addresses to hold while active; may be empty: then only the hooks run
 * @param lifetime how long the kernel keeps an address that is not renewed; whole seconds, 1 s to 60 s
 * @param quorumLoss what happens to the addresses when this node can no longer prove that it leads
 * @param hooks commands to run
 */
public record VirtualIpSettings(List<VirtualIp> addresses, Duration lifetime, QuorumLoss quorumLoss, Hooks hooks) {
    /** Each costs a few system calls at every renewal and announcement, and two processes when it is let go of. */
    public static final int ADDRESSES_MAX = 16;

    /** The shortest for which a pause of the process of a second costs nothing. */
    public static final Duration LIFETIME_DEFAULT = Duration.ofSeconds(2);

    /** Whether to let go of the addresses when the majority is lost. */
    public enum QuorumLoss {
        /** Let go at once. Nobody may hold them until there is a majority again; never two nodes. */
        RELEASE,
        /**
         * Hold what is held until another leader is heard of. Traffic goes on while the majority is away; in a
         * partition the other side elects a leader too, and then two nodes hold the address.
         */
        HOLD
    }

    public VirtualIpSettings {
        addresses = List.copyOf(addresses);
        Check.atMost("virtual IPs", addresses.size(), ADDRESSES_MAX);
        Check.inRange("lifetime", lifetime, Duration.ofSeconds(1), Duration.ofSeconds(60));
        Check.that(
                lifetime.equals(Duration.ofSeconds(lifetime.toSeconds())),
                "lifetime",
                Check.text(lifetime),
                "whole seconds, which is what the kernel counts");
        Set<String> seen = new HashSet<>();
        for (VirtualIp virtualIp : addresses) {
            Check.that(seen.add(virtualIp.address()), "virtual IP", virtualIp.address(), "each address once");
        }
    }

    /** No address and no hook: the duty does nothing. */
    public static VirtualIpSettings none() {
        return new VirtualIpSettings(List.of(), LIFETIME_DEFAULT, QuorumLoss.RELEASE, Hooks.none());
    }
}
