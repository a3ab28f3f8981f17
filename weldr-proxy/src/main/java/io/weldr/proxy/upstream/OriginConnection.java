package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Protocol;
import java.util.function.Consumer;
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

    /**
     * TLS stands.
     *
     * @param protocol what the origin has chosen by ALPN; null: nothing
     * @param terms for how long the connection may be reused
     * @return what goes on with the connection: this, or what speaks the protocol that was chosen; null: the origin has
     *     chosen what weldr did not ask for
     */
    abstract @Nullable OriginConnection chosen(@Nullable String protocol, ReuseTerms terms);

    /**
     * The connection stands, TLS included: calls one of both when it is known whether it can be used. By default it
     * can.
     */
    void whenReady(Runnable then, Consumer<Failure> otherwise) {
        then.run();
    }

    /** The connection can be used. */
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
