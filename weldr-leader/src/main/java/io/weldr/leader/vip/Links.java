package io.weldr.leader.vip;

import org.jspecify.annotations.Nullable;

/** What the kernel says of network interfaces. */
interface Links {
    /**
     * Why clients cannot reach {@code address} through its interface, for people:
     * {@code interface eth0 has no carrier}. May block for moments, without starting a process.
     *
     * @param held whether the address should be on the interface now
     * @return null if nothing stands in the way, or nothing is known
     */
    @Nullable String fault(VirtualIp address, boolean held);
}
