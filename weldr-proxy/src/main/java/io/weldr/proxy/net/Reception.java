package io.weldr.proxy.net;

import io.netty.channel.ChannelHandler;
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

    /** The one handler of a new connection. */
    ChannelHandler welcome();

    /**
     * The one handler of a connection for which there is no place. The handler answers and closes the connection.
     *
     * @param connections the limit that was reached; says how many refused connections may stay to read the answer
     */
    ChannelHandler turnAway(ConnectionLimit connections);
}
