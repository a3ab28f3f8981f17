package io.weldr.core.port;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The virtual IPs of a node, as it holds them or would hold them.
 *
 * @param addresses with their prefixes; at least one
 * @param active whether the node holds them
 * @param lifetime how long the kernel keeps an address after its last renewal
 * @param left how long the kernel keeps the addresses if they are not renewed; null: the node does not hold them, or
 *     the kernel has not shown them yet
 */
public record VirtualIpStatus(
        List<String> addresses,
        boolean active,
        Duration lifetime,
        @Nullable Duration left) {
    public VirtualIpStatus {
        addresses = List.copyOf(addresses);
    }
}
