package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.pool.OriginId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.upstream.Attempt;
import io.weldr.proxy.upstream.Endpoint;
import io.weldr.proxy.upstream.MessageUpstream;
import io.weldr.proxy.upstream.ResponseSink;
import io.weldr.proxy.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * All that an exchange does with origins: finds one, sends it the request, tries another one where that is safe, and
 * passes the response to the {@link ResponseHalf}. When the exchange is over for a reason on this side, {@link End}
 * hears of it. Confined to the event loop.
 */
final class OriginSide implements ResponseSink {

    /**
     * What the exchange has of an origin.
     *
     * <pre>
     *   NONE --> CONNECTING --> FORWARDING --> TUNNEL      any of them --> NONE
     * </pre>
     *
     * {@code NONE} comes between two tries, too.
     */
    enum State {
        /** No connection, and none is awaited. */
        NONE,
        /** Waits for a connection to an origin. Nothing has been sent on it. */
        CONNECTING,
        /** Holds a connection, on which the head of the request has been written; request and response flow. */
        FORWARDING,
        /** Holds a connection that carries another protocol, both ways (RFC 9110 section 7.8). */
        TUNNEL;

        private boolean mayBecome(State next) {
            return switch (this) {
                case NONE -> next == CONNECTING;
                case CONNECTING -> next == FORWARDING || next == NONE;
                case FORWARDING -> next == TUNNEL || next == NONE;
                case TUNNEL -> next == NONE;
            };
        }
    }

    /** Hears that the exchange is over. */
    interface End {
        /**
         * Tells it, once for each exchange.
         *
         * @param failure null: request and response are complete, or enough of both
         */
        void reached(@Nullable Failure failure);
    }

    private final ExchangeLoop loop;
    private final Downstream client;
    private final ClientPersistence persistence;
    private final Destination destination;
    private final RequestHalf request;
    private final ResponseHalf response;
    private final ExchangeRecord record;
    private final End end;
    private final Tries tries;

    private State state = State.NONE;
    private Dialect dialect = Dialect.HTTP_1_1; // of the client
    private @Nullable Attempt attempt; // only while CONNECTING
    private @Nullable Upstream origin; // while FORWARDING and TUNNEL
    private long resetCode = -1;

    OriginSide(
            ExchangeLoop loop,
            Downstream client,
            ClientPersistence persistence,
            Destination destination,
            RequestHalf request,
            ResponseHalf response,
            ExchangeRecord record,
            End end) {
        this.loop = loop;
        this.client = client;
        this.persistence = persistence;
        this.destination = destination;
        this.request = request;
        this.response = response;
        this.record = record;
        this.end = end;
        tries = new Tries(loop, true);
    }

    /** What the client of the exchange that begins speaks. */
    void speak(Dialect spoken) {
        dialect = spoken;
        resetCode = -1;
    }

    private void become(State next) {
        assert state.mayBecome(next) : state + " -> " + next;
        state = next;
    }

    /** The connection that is held; null: none. */
    @Nullable Upstream connection() {
        return origin;
    }

    private Upstream origin() {
        assert origin != null : state;
        return origin;
    }

    private OriginId answering() {
        return origin().endpoint().origin().id();
    }

    boolean tunnelling() {
        return state == State.TUNNEL;
    }

    /** The endpoint that is tried now, or was tried last; null before the first. */
    @Nullable Endpoint endpoint() {
        return tries.current();
    }

    // ---- finding an origin

    /** The request is to be sent to an origin of its {@link Destination}. */
    void begin() {
        assert state == State.NONE : state;
        loop.retryBudget().request();
        tries.begin(destination.plan().route().retries().triesMax(), record.startedNanos());
        dispatch(Failure.NO_ORIGIN_UP);
    }

    private void dispatch(Failure ifNone) {
        Endpoint next = tries.next(loop.view(), destination.affinity());
        if (next == null) {
            end.reached(ifNone);
        } else {
            connect(next, false);
        }
    }

    private void connect(Endpoint to, boolean fresh) {
        become(State.CONNECTING);
        record.tried(to);
        Attempt started = to.acquire(this, fresh);
        if (started != null) {
            attempt = started;
        }
    }

    @Override
    public void connected(Upstream connection) {
        record.connected(attempt, connection.reused());
        attempt = null;
        origin = connection;
        become(State.FORWARDING);
        try {
            send(connection);
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private void send(Upstream connection) {
        connection.begin(this, request.method() == Method.HEAD, request.upgrade());
        request.send(connection);
        if (origin != connection) {
            return; // The write failed and closed the connection.
        }
        if (request.complete()) {
            connection.flush();
        } else {
            pauseClientIfFull();
            client.continueReading();
        }
    }

    @Override
    public void notConnected(Failure failure) {
        record.tryFailed(failure, attempt);
        attempt = null;
        become(State.NONE);
        try {
            tries.failed(failure);
            if (tries.mayTryAnother(failure)) {
                dispatch(failure);
            } else {
                end.reached(failure);
            }
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    @Override
    public void broken(Failure failure) {
        record.tryFailed(failure, null);
        resetCode = origin instanceof MessageUpstream messages ? messages.resetCode() : -1;
        origin = null;
        become(State.NONE);
        try {
            tries.failed(failure);
            Endpoint before = tries.current();
            boolean harmless = failure.retry() == Failure.Retry.ANY_METHOD ? refusable() : replayable();
            Endpoint again = tries.mayReplay(failure, harmless, loop.view(), destination.affinity());
            if (again != null) {
                request.replay();
                connect(again, again == before); // Other idle connections of this endpoint may be dead, too.
            } else {
                end.reached(failure);
            }
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    /** Whether a second delivery does no harm, and all that is needed for it is at hand. */
    private boolean replayable() {
        return response.state() == ResponseHalf.State.AWAITED && request.replayable();
    }

    /** Whether all that was sent to an origin that did nothing with it is at hand. */
    private boolean refusable() {
        return response.state() == ResponseHalf.State.AWAITED && request.refusable();
    }

    /** The code by which the origin has reset the stream of this exchange; -1: it has not. */
    long resetCode() {
        return resetCode;
    }

    /** Sends the request to another origin in place of the response that is beginning, if that may be. */
    private boolean triedElsewhere(int status) {
        Endpoint other = replayable() ? tries.mayTryAfter(status, loop.view(), destination.affinity()) : null;
        if (other == null) {
            return false;
        }
        record.tryAnswered(status);
        letGo();
        request.replay();
        connect(other, false);
        return true;
    }

    // ---- the response comes

    @Override
    public void interimHead(ResponseHead head) {
        if (dialect != Dialect.HTTP_1_0) { // RFC 9110 section 15.2: never to an HTTP/1.0 client
            response.interim(head);
        }
    }

    @Override
    public void responseHead(ResponseHead head, Framing framing, int following) {
        if (destination.plan().retries(head.status()) && triedElsewhere(head.status())) {
            return;
        }
        request.forgetFirst();
        record.responseBegan(head.status());
        if (head.status() == 101) {
            startTunnel(head, framing, following);
            return;
        }
        Persistence told = persistence.decide(framing);
        if (framing == Framing.CHUNKED && dialect != Dialect.HTTP_1_1) {
            origin().deliverContentOnly();
        }
        boolean answersHead = request.method() == Method.HEAD;
        response.head(head, framing, told, answersHead, following, answering());
    }

    private void startTunnel(ResponseHead head, Framing framing, int following) {
        become(State.TUNNEL);
        loop.stats().tunnels.increment();
        persistence.giveUp();
        request.tunnel();
        response.head(head, framing, Persistence.UPGRADE, false, following, answering());
        record.tunnelBegan(tries.current());
        if (request.inputEnded()) { // The client ended its side before the tunnel stood.
            request.endTunnel();
            origin().endOutput();
        }
        client.continueReading();
    }

    @Override
    public void responseBody(ByteBuf part) {
        response.body(part);
        if (origin != null && !client.writable()) {
            origin.pauseReading();
        }
        if (state == State.TUNNEL) {
            client.tunnelMoved();
        }
    }

    @Override
    public boolean takesSplice() {
        return client.takesSplice();
    }

    @Override
    public int splice(Link from, long max) {
        return response.splice(from, max);
    }

    @Override
    public void responsePause() {
        if (response.state() != ResponseHalf.State.FREE) {
            response.flush();
        }
    }

    @Override
    public void responseEnd() {
        if (state == State.TUNNEL) {
            response.endTunnel();
            if (request.state() == RequestHalf.State.ENDED) {
                end.reached(null);
            } else {
                client.endOutput();
            }
            return;
        }
        response.complete(origin().trailers(request.acceptsTrailers()));
        if (response.state() != ResponseHalf.State.COMPLETE) {
            return; // The write failed and closed the client connection.
        }
        if (request.complete() || request.bodyMayNotCome()) {
            end.reached(null); // Counts, then flushes: a client that has the answer finds it counted.
        } else {
            client.flush();
        }
    }

    @Override
    public void originDone() {
        origin = null;
        become(State.NONE);
        tries.left();
        if (persistence.kept()) {
            request.discardRest();
            client.resumeReading();
        } else {
            end.reached(null);
        }
    }

    // ---- flow control

    @Override
    public void originWritability(boolean writable) {
        if (!request.wantsBytes()) {
            return;
        }
        if (writable) {
            client.resumeReading();
        } else {
            client.pauseReading();
        }
    }

    /** Part of the request was passed on: the client waits if the origin cannot take more. */
    void pauseClientIfFull() {
        if (origin != null && !origin.writable()) {
            client.pauseReading();
        }
    }

    // ---- the end

    /**
     * Request and response are complete, or enough of both: counts that for the origin.
     *
     * @return the connection, which is the caller's now; null: none was held
     */
    @Nullable Upstream succeeded() {
        tries.succeeded(record.status(), record.endedNanos());
        Upstream done = origin;
        origin = null;
        if (done != null) {
            become(State.NONE);
        }
        return done;
    }

    /** Neither holds a connection any more nor waits for one. What was held is closed. */
    void letGo() {
        Attempt waiting = attempt;
        Upstream held = origin;
        attempt = null;
        origin = null;
        if (state != State.NONE) {
            become(State.NONE);
        }
        if (waiting != null) {
            waiting.cancel();
        }
        if (held != null) {
            held.abort();
        }
    }

    /** The exchange is over, and was counted: forgets which origins were tried. */
    void clear() {
        tries.clear();
    }
}
