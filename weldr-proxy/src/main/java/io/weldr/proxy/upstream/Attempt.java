package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import org.jspecify.annotations.Nullable;

/** One request's wait for a connection: for a name, for a new one to be made, or in the queue for one to become free. */
public final class Attempt implements Expiry {

    private final Endpoint connections;
    private @Nullable ResponseSink sink;
    private @Nullable Deadline deadline; // only in the queue, and while a name is looked up
    private boolean queued;

    Attempt(Endpoint connections, ResponseSink sink) {
        this.connections = connections;
        this.sink = sink;
    }

    void waitInQueue() {
        Deadline wait = new Deadline(connections.shared.wheel, this);
        wait.in(connections.queueTicks());
        deadline = wait;
        queued = true;
    }

    void leaveQueue() {
        queued = false;
        stopWaiting();
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

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    /** The request does not wait any more. If a connection comes, other requests get it. */
    public void cancel() {
        sink = null;
        stopWaiting();
        if (queued) {
            queued = false;
            connections.leaveQueue(this);
        }
    }

    boolean cancelled() {
        return sink == null;
    }

    /** Hands the connection over; false if nobody wants it. */
    boolean succeeded(H1Origin connection) {
        leaveQueue();
        ResponseSink waiting = sink;
        sink = null;
        if (waiting == null) {
            return false;
        }
        waiting.connected(connection);
        return true;
    }

    void failed(Failure failure) {
        leaveQueue();
        ResponseSink waiting = sink;
        sink = null;
        if (waiting != null) {
            waiting.notConnected(failure);
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
