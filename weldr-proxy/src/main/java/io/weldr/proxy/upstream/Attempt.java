package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.ReadBuffers;
import org.jspecify.annotations.Nullable;

/**
 * The wait for a connection: for a name, for a new one to be made, or in the queue for one to become free. That of a
 * request, or of a tcp connection of a client, which takes no connection but a new one.
 */
public abstract class Attempt implements Expiry {

    private final Endpoint connections;
    private boolean waiting = true;
    private @Nullable Deadline deadline; // only in the queue, and while a name is looked up
    private boolean queued;
    private long queuedSinceNanos;
    private long queuedNanos;

    Attempt(Endpoint connections) {
        this.connections = connections;
    }

    /** Makes what a new connection speaks. */
    abstract OriginConnection newConnection(ReadBuffers buffers, ReuseTerms terms);

    /** Whether a connection that another request has used will do. */
    abstract boolean takesUsed();

    /** There is a connection: hands it over. */
    abstract void hand(OriginConnection connection);

    /** There will be none. */
    abstract void tell(Failure failure);

    void waitInQueue() {
        Deadline wait = new Deadline(connections.shared.wheel, this);
        wait.in(connections.queueTicks());
        deadline = wait;
        queued = true;
        queuedSinceNanos = System.nanoTime();
    }

    void leaveQueue() {
        if (queued) {
            queued = false;
            queuedNanos = System.nanoTime() - queuedSinceNanos;
        }
        stopWaiting();
    }

    /** How long it has waited for a place. Once it has left the queue. */
    public long queuedNanos() {
        return queuedNanos;
    }

    /** A name server may be silent for long; a request does not wait for it longer than for a connection. */
    void waitForName() {
        Deadline wait = new Deadline(connections.shared.wheel, this);
        wait.in(connections.shared.connectTicks);
        deadline = wait;
    }

    void nameAnswered() {
        stopWaiting();
    }

    final void stopWaiting() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    /** The request does not wait any more. If a connection comes, other requests get it. */
    public void cancel() {
        waiting = false;
        stopWaiting();
        if (queued) {
            queued = false;
            connections.leaveQueue(this);
        }
    }

    boolean cancelled() {
        return !waiting;
    }

    /** Hands the connection over; false if nobody wants it. */
    boolean succeeded(OriginConnection connection) {
        leaveQueue();
        if (!waiting) {
            return false;
        }
        waiting = false;
        hand(connection);
        return true;
    }

    void failed(Failure failure) {
        leaveQueue();
        if (waiting) {
            waiting = false;
            tell(failure);
        }
    }

    /** The wait in the queue, or for a name, is over. */
    @Override
    public void expired() {
        if (queued) {
            connections.leaveQueue(this);
            failed(Failure.QUEUE_TIMEOUT);
        } else {
            connections.stats().connectFailures.increment();
            failed(Failure.CONNECT_TIMEOUT);
        }
    }
}
