package io.weldr.proxy.upstream;

import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Protocol;
import org.jspecify.annotations.Nullable;

/** One connection to an origin, whatever is spoken over it. Confined to its event loop. */
abstract class OriginConnection implements Protocol {

    final Endpoint endpoint;
    final UpstreamLoop shared;
    private boolean counted;

    // The list of all that lead to the same origin.
    @Nullable OriginConnection previous;

    @Nullable OriginConnection next;

    OriginConnection(Endpoint endpoint) {
        this.endpoint = endpoint;
        shared = endpoint.shared;
    }

    /** What the connector gives the channel. */
    abstract Link link();

    /** The connection stands, TLS included. */
    void opened() {
        counted = true;
        endpoint.add(this);
    }

    /** The socket is closed: {@link #closed} says so once. */
    final void leave() {
        if (counted) {
            counted = false;
            endpoint.remove(this);
            endpoint.closed();
        }
    }

    abstract void close();

    /** The origin's time is over: what is under way ends. */
    abstract void cutOff();
}
