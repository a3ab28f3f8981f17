package io.weldr.proxy.server;

import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Protocol;
import org.jspecify.annotations.Nullable;

/** A connection of a client, as {@link Clients} has it. Confined to its event loop. */
public abstract class Client implements Protocol {

    // The list of the clients of one listener on one loop.
    @Nullable Client previous;

    @Nullable Client next;

    boolean listed;

    /** The handler of its channel. */
    public abstract Link link();

    /** The listener is being drained: what is not under way ends soon. */
    abstract void lastCall();

    /** The time of the listener is over: what is under way ends here, and is counted. */
    abstract void cutOff();
}
