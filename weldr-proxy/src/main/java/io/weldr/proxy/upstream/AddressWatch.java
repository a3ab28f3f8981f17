package io.weldr.proxy.upstream;

import io.weldr.proxy.upstream.NameResolver.Answer;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whether the name of an origin still has the address that a connection was made to. Asking has the name looked up
 * again when its answer is old, also while no new connection is made. When the answer is too old to say so, the address
 * does not count as current: a new connection waits for a new answer. Confined to the loop of the connection.
 */
final class AddressWatch {

    private final NameResolver names;
    private final String host;
    private final InetAddress address;
    private @Nullable Answer seenIn; // the last answer that had the address

    AddressWatch(NameResolver names, String host, InetAddress address) {
        this.names = names;
        this.host = host;
        this.address = address;
    }

    /** Cheap enough for each request: addresses are compared once for each answer of the name server. */
    boolean isCurrent() {
        Answer newest = names.current(host);
        if (newest == null || newest == seenIn) {
            return true;
        }
        if (newest.addresses.contains(address)) {
            seenIn = newest;
            return true;
        }
        return false;
    }
}
