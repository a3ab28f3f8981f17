package io.weldr.proxy.exchange;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.upstream.Affinity;
import io.weldr.proxy.upstream.Endpoint;
import io.weldr.proxy.upstream.WorkerView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which endpoints one request was to be sent to, how each of them did, and whether there may be another. */
final class Tries {
    /** What a route and the node may ask for at most. */
    private static final int TRIES_MOST = 16;

    private final ExchangeLoop loop;
    private Endpoint[] tried; // as long as the tries of any request so far
    private int count;
    private @Nullable Endpoint current;
    private boolean occupied; // the request is in flight at the current one
    private boolean replayed;
    private final boolean timed;
    private int max;
    private long enteredNanos; // when the current one was

    /** @param timed whether it is measured how long each takes; a connection may last for days */
    @SuppressWarnings("NullAway") // slots are filled before they are read: count says how many
    Tries(ExchangeLoop loop, boolean timed) {
        this.loop = loop;
        this.timed = timed;
        max = loop.limits().connectTriesMax();
        tried = new Endpoint[max]; // every idle connection has one: few routes ask for more
    }

    /**
     * A request begins.
     *
     * @param triesMax origins that it is sent to at most; 0: as the node has it
     * @param nowNanos when it began
     */
    @SuppressWarnings("NullAway") // slots are filled before they are read: count says how many
    void begin(int triesMax, long nowNanos) {
        assert count == 0 : "of the request before";
        enteredNanos = nowNanos;
        max = triesMax > 0 ? Math.min(triesMax, TRIES_MOST) : loop.limits().connectTriesMax();
        if (tried.length < max) {
            tried = new Endpoint[max];
        }
    }

    /**
     * Takes the next endpoint that was not tried; null: there is none, or none left. The request counts as in flight
     * there until it is sent to another one, {@link #left} or {@link #clear}.
     */
    @Nullable Endpoint next(WorkerView view, Affinity affinity) {
        Endpoint next = view.pick(affinity, tried, count);
        if (next == null) {
            left();
        } else {
            enter(next);
        }
        return next;
    }

    private void enter(Endpoint next) {
        left();
        if (count > 0) {
            enteredNanos = System.nanoTime(); // the first try begins with the request
        }
        tried[count++] = next;
        current = next;
        next.entered();
        occupied = true;
    }

    /** The request holds no connection and awaits none. */
    void left() {
        if (occupied) {
            occupied = false;
            known().left();
        }
    }

    /** The endpoint that is tried now, or was tried last; null before the first. */
    @Nullable Endpoint current() {
        return current;
    }

    private Endpoint known() {
        assert current != null : "nothing was tried";
        return current;
    }

    /** It ended in a complete response, at that time. */
    void succeeded(int status, long nowNanos) {
        record(nowNanos);
        ended(status);
    }

    private void record(long nowNanos) {
        if (timed) {
            known().stats().seconds.record(nowNanos - enteredNanos);
        }
    }

    private void ended(int status) {
        known().succeeded(status);
        (status < 500 ? loop.stats().attemptsSucceeded : loop.stats().attemptsFailed).increment();
    }

    /** A connection for the bytes of a client stands. */
    void accepted() {
        known().accepted();
    }

    /** A connection for the bytes of a client has ended on both sides. */
    void ended() {
        ended(0);
    }

    /** It came to nothing. */
    void failed(Failure failure) {
        loop.stats().attemptsFailed.increment();
        if (failure.side() == Failure.Side.UPSTREAM) {
            known().failed(failure);
            record(System.nanoTime());
        }
    }

    /** Nothing was sent: takes leave to try another endpoint. */
    boolean mayTryAnother(Failure failure) {
        // An origin whose queue is full has been asked for nothing: to go on to the next puts no load on anybody.
        boolean free = failure.side() == Failure.Side.PROXY;
        return failure.retry() == Failure.Retry.ANY_METHOD && count < max && (free || granted());
    }

    /**
     * The request may have been seen: takes leave to send it once more. If a reused connection was dead, or the origin
     * did not look at the request, to the same endpoint, once; if a new connection ended without an answer, or the
     * origin refused the request, to another endpoint, or once to the same one if that is the only one and did nothing.
     *
     * @param harmless whether a second delivery does no harm and all that is needed for it is at hand
     * @return where to; null: nowhere
     */
    @Nullable Endpoint mayReplay(Failure failure, boolean harmless, WorkerView view, Affinity affinity) {
        if (failure.retry() == Failure.Retry.NEVER || !harmless) {
            return null;
        }
        if (failure == Failure.NOT_PROCESSED && !replayed) {
            replayed = true;
            loop.stats()
                    .retries
                    .increment(); // without asking the budget: an origin that did nothing bears no more load
            return known();
        }
        if (failure == Failure.DEAD_REUSED && !replayed) {
            replayed = true;
            return granted() ? known() : null;
        }
        Endpoint other = count < max ? view.pick(affinity, tried, count) : null;
        if (other == null && failure == Failure.STREAM_REFUSED && !replayed) {
            replayed = true;
            return granted() ? known() : null;
        }
        if (other == null || !granted()) {
            return null;
        }
        enter(other);
        return other;
    }

    /**
     * A response has begun that the route does not want: takes leave to try another origin in its place.
     *
     * @return where to; null: nowhere, and the response stands
     */
    @Nullable Endpoint mayTryAfter(int status, WorkerView view, Affinity affinity) {
        Endpoint other = count < max ? view.pick(affinity, tried, count) : null;
        if (other == null || !granted()) {
            return null;
        }
        known().succeeded(status);
        record(System.nanoTime());
        loop.stats().attemptsFailed.increment();
        enter(other);
        return other;
    }

    private boolean granted() {
        if (!loop.retryBudget().tryRetry()) {
            return false;
        }
        loop.stats().retries.increment();
        return true;
    }

    /** Forgets them all. */
    void clear() {
        left();
        Arrays.fill(tried, 0, count, null);
        count = 0;
        current = null;
        replayed = false;
    }
}
