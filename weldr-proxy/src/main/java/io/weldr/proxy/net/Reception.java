package io.weldr.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/**
 * Takes over the connections that a {@link Listener} accepts. Handlers are asked for on the event loop of the listening
 * socket, before the connection is registered with {@link #loop}.
 */
public interface Reception {

    /** The event loop on which every connection that this takes over runs. Any thread. */
    EventLoop loop();

    /** Whether there is memory for the buffers of more connections. Any thread. */
    boolean hasRoom();

    /** Gives a new connection its handlers. Its remote address is known already. */
    void welcome(Channel accepted);

    /**
     * Gives a connection for which there is no place its handler, which answers and closes the connection.
     *
     * @param connections the limit that was reached; says how many refused connections may stay to read the answer
     */
    void turnAway(Channel accepted, ConnectionLimit connections);
}
