package io.weldr.leader.vip;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sends announcements. Behind an interface, so that what decides can be tested without the right to send packets. Any
 * thread.
 */
interface Packets {
    /** Why this process cannot send announcements, for people; null if it can. */
    @Nullable String obstacle();

    /**
     * Tells the neighbours once that the address is on its interface. Does not block.
     *
     * @return false if the interface is no Ethernet, and so has no neighbours that could be told
     */
    boolean announce(VirtualIp address) throws IOException;
}
