package io.weldr.api.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one API. They count from the moment that they are accepted, so that a handshake of TLS under
 * way counts, too. Where a credential is needed, a connection is a stranger's until a request on it was let in.
 * Strangers have a quarter of the room. When more of them come, the one that came first is ended: a client with a
 * credential needs milliseconds to show it, and strangers who say nothing keep nobody out. Thread safe.
 */
public final class Connections {
    /** Of the room, how much strangers have. */
    private static final int STRANGERS_SHARE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** Whoever connects again and again does not fill the log. */
    private static final long SAY_AGAIN_NANOS = 10_000_000_000L;

    private final String api;
    private final int connectionsMax;
    private final int strangersMax;
    private final LongSupplier nanoClock;
    private final Map<InetSocketAddress, Channel> strangers = new LinkedHashMap<>(); // as they came; guarded by this
    private int open; // guarded by this
    private long endedSinceSaid; // guarded by this
    private @Nullable Long saidNanos; // guarded by this; null: never

    /**
     * @param api what the log calls it
     * @param connectionsMax at the same time, beside strangers that are being ended; more are not accepted
     */
    public Connections(String api, int connectionsMax) {
        this(api, connectionsMax, System::nanoTime);
    }

    Connections(String api, int connectionsMax, LongSupplier nanoClock) {
        this.api = api;
        this.connectionsMax = connectionsMax;
        this.strangersMax = Math.max(1, connectionsMax / STRANGERS_SHARE);
        this.nanoClock = nanoClock;
    }

    /**
     * A connection was accepted.
     *
     * @param guarded whether a credential is needed where it came
     * @return whether there is room for it; if not, the caller closes it
     */
    boolean came(Channel connection, boolean guarded) {
        Channel ended = null;
        String said;
        boolean room;
        synchronized (this) {
            boolean full = open >= connectionsMax;
            if (full || (guarded && strangers.size() >= strangersMax)) {
                ended = oldestStranger();
            }
            room = !full || ended != null;
            if (room) {
                open++;
                if (guarded && connection.remoteAddress() instanceof InetSocketAddress remote) {
                    strangers.put(remote, connection);
                }
            }
            said = room && ended == null ? null : line();
        }
        if (said != null) {
            LOG.warn(said);
        }
        if (ended != null) {
            end(ended);
        }
        if (room) {
            connection.closeFuture().addListener(closed -> left(connection));
        }
        return room;
    }

    /** A request from there was let in: that connection is no stranger's any more. */
    public synchronized void letIn(@Nullable InetSocketAddress remote) {
        if (remote != null) {
            strangers.remove(remote);
        }
    }

    /** How many are open. */
    public synchronized int open() {
        return open;
    }

    /** On how many of them no request was let in, where one needs a credential. */
    public synchronized int strangers() {
        return strangers.size();
    }

    private @Nullable Channel oldestStranger() {
        Iterator<Channel> oldest = strangers.values().iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        Channel first = oldest.next();
        oldest.remove();
        return first;
    }

    private @Nullable String line() {
        endedSinceSaid++;
        long nowNanos = nanoClock.getAsLong();
        if (saidNanos != null && nowNanos - saidNanos < SAY_AGAIN_NANOS) {
            return null;
        }
        String line = endedSinceSaid + (endedSinceSaid == 1 ? " connection" : " connections") + " to " + api
                + " ended, because there are too many: " + open + " are open (at most " + connectionsMax + "), "
                + strangers.size() + " of them without a credential (at most " + strangersMax + ")";
        endedSinceSaid = 0;
        saidNanos = nowNanos;
        return line;
    }

    /** As soon as it is registered: what Netty does with it until then would fail, with a stack trace in the log. */
    private static void end(Channel connection) {
        try {
            connection.pipeline().addFirst(new End());
        } catch (RejectedExecutionException e) {
            LOG.debug("The API stops listening", e);
            connection.unsafe().closeForcibly();
        }
    }

    /** Ends a connection without a farewell of TLS, for which it would have to be waited. */
    private static final class End extends ChannelHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            Channel connection = context.channel();
            connection.unsafe().close(connection.voidPromise());
        }
    }

    private synchronized void left(Channel connection) {
        open--;
        if (connection.remoteAddress() instanceof InetSocketAddress remote) {
            strangers.remove(remote, connection);
        }
    }
}
