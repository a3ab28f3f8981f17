package io.weldr.proxy.upstream;

import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Scheme;
import io.weldr.core.tls.TlsFailure;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.ReadBuffers;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.stats.OriginStats;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All connections of one event loop to one origin. Idle ones are kept last in, first out: the newest is the least
 * likely to have been closed by the origin, and the oldest run into their deadline. When the origin's share of
 * connections is used up, requests wait in a bounded queue. Confined to the loop.
 */
public final class Endpoint implements Expiry {

    final UpstreamLoop shared;
    private final Origin origin;
    private final byte[] authority;
    private final boolean preserveHost;
    private final OriginAccess access;
    private final boolean secure;
    private final OriginStats stats;
    private final OriginRecord record;
    private final Connector connector;
    private final ArrayDeque<H1Origin> idle = new ArrayDeque<>();
    private final List<H2Origin> sharing = new ArrayList<>(0); // those of HTTP/2 that take requests, or will again
    private final ArrayDeque<Attempt> queue = new ArrayDeque<>();
    private final Deadline drained;
    private int connectionsMax;
    private int queueMax;
    private int queueTicks;
    private @Nullable SharedAttempt making; // the connection that requests may wait for together
    private boolean choosesHttp1; // where both are offered
    private @Nullable OriginConnection standing; // a list through the connections themselves
    private int open;
    private int inFlight;
    private boolean retired;
    private boolean cutOff;
    private boolean filling; // free places, from the queue

    /** Value of Host in requests to an origin whose host policy is to rewrite it. */
    public static byte[] authority(OriginUrl url) {
        HostPort address = url.address();
        return Octets.ascii(address.port() == url.scheme().defaultPort() ? address.uriHost() : address.toString());
    }

    /**
     * None stands yet.
     *
     * @param terms of its pool
     * @param access how the origins of its pool are spoken to
     * @param stats where this loop counts what it sees of the origin
     * @param record where the whole node does
     */
    public Endpoint(
            UpstreamLoop shared,
            Origin origin,
            PoolTerms terms,
            OriginAccess access,
            OriginStats stats,
            OriginRecord record) {
        this.shared = shared;
        this.access = access;
        this.origin = origin;
        this.stats = stats;
        this.record = record;
        Scheme scheme = origin.url().scheme();
        authority = authority(origin.url());
        preserveHost = origin.hostPolicy() == HostPolicy.PRESERVE;
        secure = scheme == Scheme.HTTPS;
        if (secure) {
            stats.countTlsFailures();
        }
        connector = new Connector(shared, origin.url(), secure ? access.security() : null);
        drained = new Deadline(shared.wheel, this);
        setLimits(terms);
    }

    /** Goes by other terms of its pool: if more connections may be made, those that wait get them. */
    void follow(PoolTerms terms) {
        assert shared.inLoop();
        setLimits(terms);
        openForQueue();
    }

    private void setLimits(PoolTerms terms) {
        Integer own = origin.connectionsMax();
        connectionsMax = shared.settings.share(own != null ? own : terms.connectionsMax());
        queueMax = terms.queueMax();
        queueTicks = DeadlineWheel.ticks(terms.queueTimeout());
    }

    OriginAccess access() {
        return access;
    }

    int queueTicks() {
        return queueTicks;
    }

    public Origin origin() {
        return origin;
    }

    public OriginStats stats() {
        return stats;
    }

    /** An attempt ended in a complete response; with which status. */
    public void succeeded(int status) {
        (status < 500 ? stats.succeeded : stats.failed).increment();
        // Any other status may be the answer to what one client has asked for: no client can have an origin taken out.
        if (status == 502 || status == 503 || status == 504) {
            record.failed();
        } else {
            record.succeeded();
        }
    }

    /** An attempt did not end in a complete response, by the origin's fault. */
    public void failed(Failure failure) {
        stats.failed.increment();
        if (failure.speaksAgainstOrigin()) {
            record.failed();
        }
    }

    /** What Host says when the origin's own name is asked for. */
    public byte[] authority() {
        return authority;
    }

    public boolean preserveHost() {
        return preserveHost;
    }

    /**
     * Gives {@code sink} a connection: an idle one within this call, else a new one later.
     *
     * @param fresh whether a reused one will not do, because one has just turned out to be dead
     * @return what is under way, to be cancelled if it is no longer wanted; null when {@code sink} has been called
     */
    public @Nullable Attempt acquire(ResponseSink sink, boolean fresh) {
        assert shared.inLoop();
        H2Origin roomy = withRoom();
        if (roomy != null) {
            if (roomy.used()) {
                stats.reuses.increment();
            }
            sink.connected(roomy.take());
            return null;
        }
        if (!fresh) {
            H1Origin reused = idle.pollLast();
            while (reused != null && !reused.fit()) {
                reused = idle.pollLast(); // closed a moment ago: the news is still on its way
            }
            if (reused != null) {
                stats.reuses.increment();
                reused.leaveIdle();
                sink.connected(reused);
                return null;
            }
        }
        return begin(new RequestAttempt(this, sink));
    }

    /**
     * Makes a connection for the bytes of one client.
     *
     * @return what is under way, to be cancelled if it is no longer wanted; null when {@code sink} has been called
     */
    public @Nullable Attempt acquire(TcpSink sink) {
        assert shared.inLoop();
        if (open >= connectionsMax) {
            closeUnused();
        }
        return begin(new TcpAttempt(this, sink));
    }

    /** Gives the place of a connection that nobody uses to whoever waits longest. */
    private void closeUnused() {
        H1Origin unused = idle.pollFirst();
        if (unused != null) {
            unused.close();
            return;
        }
        for (H2Origin each : sharing) {
            if (each.idle()) {
                each.close();
                return;
            }
        }
    }

    /** Whether several requests are likely to share the next connection. */
    private boolean shares() {
        return switch (access.protocol()) {
            case HTTP1 -> false;
            case H2 -> true;
            case AUTO -> secure && !choosesHttp1;
        };
    }

    /** What a new connection for requests speaks; where both are offered, until the origin has chosen. */
    OriginConnection newConnection(ReadBuffers buffers, ReuseTerms terms) {
        return access.protocol() == OriginProtocol.H2
                ? new H2Origin(this, null, terms, secure)
                : new H1Origin(this, buffers, terms);
    }

    private @Nullable H2Origin withRoom() {
        for (int i = sharing.size() - 1; i >= 0; i--) { // one that is too old leaves the list when it is asked
            H2Origin each = sharing.get(i);
            if (each.hasRoom()) {
                return each;
            }
        }
        return null;
    }

    /** A request that waited for a connection which has no room for it waits for another one. */
    void again(RequestAttempt attempt) {
        H2Origin roomy = withRoom();
        if (roomy == null || !attempt.succeeded(roomy)) {
            begin(attempt);
        }
    }

    private @Nullable Attempt begin(Attempt attempt) {
        if (joins(attempt) || open < connectionsMax) {
            start(attempt);
        } else if (queue.size() < queueMax) {
            queue.add(attempt);
            stats.queued.increment();
            attempt.waitInQueue();
        } else {
            attempt.failed(Failure.QUEUE_FULL);
            return null;
        }
        // An attempt that ended within this call, as with a name that is known not to resolve, was reported already:
        // the sink may have gone on to another origin.
        return attempt.cancelled() ? null : attempt;
    }

    /** Whether it may wait for a connection that is being made for others. */
    private boolean joins(Attempt attempt) {
        return attempt instanceof RequestAttempt && shares() && making != null && making.takes();
    }

    private void start(Attempt attempt) {
        SharedAttempt current = making;
        if (!(attempt instanceof RequestAttempt request) || !shares()) {
            open(attempt);
        } else if (current != null && current.takes()) {
            current.add(request);
        } else {
            SharedAttempt next = new SharedAttempt(this);
            next.add(request);
            making = next;
            open(next);
        }
    }

    private void open(Attempt attempt) {
        open++;
        stats.open.increment();
        stats.connects.increment();
        try {
            connector.connect(this, attempt);
        } catch (Throwable e) {
            Faults.report("a connect to an origin", e);
            connectFailed(attempt, Failure.CONNECT_FAILED);
        }
    }

    /** The connect of {@code attempt} came to nothing. */
    void connectFailed(Attempt attempt, Failure failure) {
        assert shared.inLoop();
        stats.connectFailures.increment();
        forget(attempt);
        try {
            attempt.failed(failure);
        } finally {
            closed();
        }
    }

    /** Nobody waits for {@code attempt} any more, and nothing was connected for it. */
    void givenUp(Attempt attempt) {
        forget(attempt);
        closed();
    }

    private void forget(Attempt attempt) {
        if (attempt.equals(making)) {
            making = null;
        }
    }

    /** A handshake with the origin failed. */
    void tlsFailed(TlsFailure failure) {
        stats.tlsFailed(failure.cause());
        record.tlsFailures().report(origin, failure, System.nanoTime());
    }

    /** A new connection stands. */
    void connected(OriginConnection connection, Attempt attempt) {
        forget(attempt);
        H2Origin shares = connection instanceof H2Origin made ? made : null;
        if (shares != null) {
            choosesHttp1 = false;
            sharing.add(shares);
        } else if (connection instanceof H1Origin) {
            choosesHttp1 = true;
        }
        if (cutOff) {
            connection.close();
            attempt.failed(Failure.CONNECT_FAILED); // nothing has been sent: another origin may do
        } else if (!attempt.succeeded(connection)) {
            if (connection instanceof H1Origin reusable) {
                giveBack(reusable); // nobody wants it any more
            } else if (shares == null) {
                connection.close();
            }
        }
        if (shares != null) {
            hasRoomAgain(shares);
        }
    }

    /** A shared connection may take requests that wait. If nobody uses it, it is idle. */
    void hasRoomAgain(H2Origin connection) {
        assert shared.inLoop();
        for (Attempt next = queue.peek(); next != null && connection.hasRoom(); next = queue.peek()) {
            if (!next.takesUsed() && !next.cancelled()) {
                break; // it waits for a connection of its own
            }
            pollQueue();
            next.succeeded(connection);
        }
        if (connection.idle() && connection.takesRequests()) {
            boolean wanted = queue.isEmpty() && !retired && idleShared() <= shared.limits.idlePerOriginMax();
            if (!wanted) {
                connection.close();
            }
        }
    }

    private int idleShared() {
        int count = 0;
        for (H2Origin each : sharing) {
            count += each.idle() ? 1 : 0;
        }
        return count;
    }

    /** A shared connection takes no requests any more. */
    void forget(H2Origin connection) {
        sharing.remove(connection);
    }

    /** A connection for the bytes of one client stands: the origin is not ill, however long the connection lasts. */
    public void accepted() {
        record.succeeded();
    }

    /** A connection that can serve another request: to the next in the queue, or idle. */
    void giveBack(H1Origin connection) {
        assert shared.inLoop();
        for (Attempt next = queue.peek(); next != null; next = queue.peek()) {
            if (!next.takesUsed() && !next.cancelled()) {
                connection.close(); // its place goes to the one that waits for a new connection
                return;
            }
            pollQueue();
            if (next.succeeded(connection)) {
                return;
            }
        }
        if (retired || idle.size() >= shared.limits.idlePerOriginMax()) {
            connection.close();
        } else {
            connection.becomeIdle();
            idle.addLast(connection);
        }
    }

    /** An idle connection has been closed, by either side. */
    void forget(H1Origin connection) {
        idle.remove(connection);
    }

    /** A connection is gone: there is room for the next in the queue. */
    void closed() {
        open--;
        stats.open.add(-1);
        assert open >= 0 : open;
        openForQueue();
    }

    private void openForQueue() {
        if (filling) {
            return; // one that came to nothing at once: the loop below goes on with the next
        }
        filling = true;
        try {
            for (Attempt next = queue.peek();
                    next != null && (open < connectionsMax || joins(next));
                    next = queue.peek()) {
                pollQueue();
                if (!next.cancelled()) {
                    next.leaveQueue();
                    start(next);
                }
            }
        } finally {
            filling = false;
        }
    }

    void add(OriginConnection connection) {
        connection.next = standing;
        if (standing != null) {
            standing.previous = connection;
        }
        standing = connection;
    }

    void remove(OriginConnection connection) {
        if (connection.previous != null) {
            connection.previous.next = connection.next;
        } else {
            standing = connection.next;
        }
        if (connection.next != null) {
            connection.next.previous = connection.previous;
        }
        connection.previous = null;
        connection.next = null;
    }

    private @Nullable Attempt pollQueue() {
        Attempt next = queue.poll();
        if (next != null) {
            stats.queued.add(-1);
        }
        return next;
    }

    void leaveQueue(Attempt attempt) {
        if (queue.remove(attempt)) {
            stats.queued.add(-1);
        }
    }

    /** The origin has left the pool: idle connections are closed now, busy ones when they are done. */
    public void retire() {
        assert shared.inLoop();
        retired = true;
        for (H1Origin connection = idle.pollLast(); connection != null; connection = idle.pollLast()) {
            connection.close();
        }
        List.copyOf(sharing).forEach(H2Origin::close);
    }

    /**
     * An exchange is about to {@link #acquire}. It says {@link #left} when it holds and awaits no connection any more.
     */
    public void entered() {
        assert shared.inLoop();
        inFlight++;
        stats.inFlight.increment();
    }

    /** An exchange neither holds one of the connections nor waits for one any more. */
    public void left() {
        assert shared.inLoop() && inFlight > 0 : inFlight;
        inFlight--;
        stats.inFlight.add(-1);
    }

    /** Exchanges that hold one of the connections, or wait for one. */
    int inFlight() {
        return inFlight;
    }

    /**
     * Whether a request would be refused now: all connections are in use, no more may be made, and the queue is full.
     */
    boolean full() {
        return open >= connectionsMax
                && queue.size() >= queueMax
                && idle.isEmpty()
                && withRoom() == null
                && (making == null || !making.takes());
    }

    /** Whether no connection stands or is being made, and nobody waits for one. */
    public boolean unused() {
        return open == 0 && queue.isEmpty();
    }

    /**
     * After that many ticks whatever is still under way is cut off, unless this is said again or taken back. Once
     * retired.
     */
    public void cutOffIn(int ticks) {
        assert shared.inLoop() && retired;
        drained.in(ticks);
    }

    /** Exchanges under way end when they are done. */
    public void letFinish() {
        assert shared.inLoop();
        drained.cancel();
    }

    /** The origin has had its time to drain. */
    @Override
    public void expired() {
        cutOff = true;
        for (Attempt next = pollQueue(); next != null; next = pollQueue()) {
            next.failed(Failure.CONNECT_FAILED); // nothing has been sent: another origin may do
        }
        List<OriginConnection> all = new ArrayList<>();
        for (OriginConnection at = standing; at != null; at = at.next) {
            all.add(at);
        }
        all.forEach(OriginConnection::cutOff);
    }
}
