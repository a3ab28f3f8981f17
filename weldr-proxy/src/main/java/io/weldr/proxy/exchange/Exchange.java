package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.weldr.proxy.access.AccessEntry;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.stats.Counter;
import io.weldr.proxy.upstream.Attempt;
import io.weldr.proxy.upstream.Endpoint;
import io.weldr.proxy.upstream.H1Origin;
import io.weldr.proxy.upstream.ResponseSink;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the complete head to the last byte either way. An object serves one exchange after
 * another, all of the same connection, so that no mistake can mix two clients; {@link Phase} says where it stands.
 * Confined to the loop of its worker.
 */
final class Exchange implements ResponseSink, Expiry {

    private final Worker worker;
    private final H1Server client;
    private final RequestRelay request;
    private final ResponseRelay response;
    private final RequestId id = new RequestId();
    private final Deadline deadline;
    private final Endpoint[] tried;

    private Phase phase = Phase.FREE;
    private @Nullable Endpoint connections;
    private @Nullable H1Origin origin;
    private @Nullable Attempt attempt;
    private int triedCount;
    private boolean replayed;

    private Method method = Method.OTHER;
    private boolean acceptsJson;
    private boolean acceptsTrailers;
    private boolean expectsContinue;
    private byte @Nullable [] upgrade;
    private boolean keep;
    private boolean asksForEnd;
    private int status;
    private boolean clientEnded;
    private boolean originEnded;
    private long startedNanos;
    private long firstByteNanos;
    private byte[] requestLine = {}; // only with an access log
    private int requestLineLength;

    @SuppressWarnings("NullAway") // slots of tried are filled before they are read: triedCount says how many
    Exchange(Worker worker, H1Server client) {
        this.worker = worker;
        this.client = client;
        request = new RequestRelay(worker);
        response = new ResponseRelay(worker);
        deadline = new Deadline(worker.wheel, this);
        tried = new Endpoint[worker.limits.connectTriesMax()];
    }

    private void become(Phase next) {
        assert phase.mayBecome(next) : phase + " -> " + next;
        phase = next;
    }

    // ---- the request comes

    /** Starts with the head just scanned, whose bytes {@code in} starts with; leaves it readable behind this request. */
    void begin(RequestHead head, ByteBuf in) {
        assert phase == Phase.FREE && worker.loop.inEventLoop() : phase;
        assert attempt == null && origin == null : "of the exchange before";
        become(Phase.CONNECTING);
        worker.stats.exchangesOpen.increment();
        triedCount = 0;
        replayed = false;
        status = 0;
        clientEnded = false;
        originEnded = false;
        method = head.method();
        acceptsJson = head.acceptsJson();
        acceptsTrailers = head.acceptsTrailers();
        expectsContinue = head.expectsContinue();
        upgrade = head.upgradeProtocols();
        keep = head.persistent();
        asksForEnd = !keep;
        id.set(head, worker.idPrefix(), worker.nextId());
        startedNanos = System.nanoTime();
        firstByteNanos = 0;
        if (worker.accessLog != null) {
            keepForLog(head);
        }
        response.begin();
        boolean answerHere = head.maxForwards() == 0;
        Failure wrong = request.begin(head, in);
        if (wrong != null) {
            fail(wrong);
        } else if (answerHere) {
            answerHere(head);
        } else {
            if (worker.exchangeTicks > 0) {
                deadline.in(worker.exchangeTicks);
            }
            worker.retryBudget.request();
            dispatch(Failure.NO_ORIGIN_UP);
        }
    }

    /** Whether more bytes of the client belong to this exchange and have somewhere to go. */
    boolean wantsBytes() {
        return switch (phase) {
            case AWAITING, RESPONDING, RESPONDED -> !request.complete();
            case TUNNEL -> true;
            case FREE, CONNECTING, DONE -> false;
        };
    }

    /** Whether the client is expected to send more. */
    boolean awaitsClient() {
        return wantsBytes() && phase != Phase.TUNNEL;
    }

    boolean tunnelling() {
        return phase == Phase.TUNNEL;
    }

    /** More bytes of the client, of which those behind this request are left readable. Only if {@link #wantsBytes}. */
    void requestBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            worker.stats.bytesToOrigins.add(in.readableBytes());
            origin().write(in.readRetainedSlice(in.readableBytes()));
            pauseClientIfFull();
            return;
        }
        Failure wrong = request.more(in, origin);
        if (phase == Phase.DONE || phase == Phase.FREE) {
            return; // a write failed at once
        }
        if (wrong == Failure.CUT_OFF) {
            keep = false;
            finish();
        } else if (wrong != null) {
            fail(wrong);
        } else if (request.complete() && phase == Phase.RESPONDED) {
            finish();
        } else {
            pauseClientIfFull();
        }
    }

    private void pauseClientIfFull() {
        if (origin != null && !origin.writable()) {
            client.pauseReading();
        }
    }

    /** The client has nothing more for now: time to flush. */
    void requestPause() {
        if (origin != null) {
            origin.flush();
        }
    }

    // ---- finding an origin

    private void dispatch(Failure ifNone) {
        Endpoint next = worker.origins.pick(tried, triedCount);
        if (next == null) {
            fail(ifNone);
            return;
        }
        tried[triedCount++] = next;
        connections = next;
        connect(next, false);
    }

    private void connect(Endpoint to, boolean fresh) {
        become(Phase.CONNECTING);
        Attempt started = to.acquire(this, fresh);
        if (started != null) {
            attempt = started;
        }
    }

    @Override
    public void connected(H1Origin connection) {
        attempt = null;
        origin = connection;
        try {
            send(connection);
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private void send(H1Origin connection) {
        if (!connection.reused()) {
            worker.stats.connect.record(System.nanoTime() - startedNanos);
        }
        become(Phase.AWAITING);
        connection.begin(this, method == Method.HEAD, upgrade);
        boolean keepForReplay = connection.reused() && method.idempotent() && !replayed;
        request.send(connection, client.allocator(), client.peer(), id, keepForReplay);
        if (origin != connection) {
            return; // it failed while we wrote
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
        attempt = null;
        boolean mayRetry = failure.retry() == Failure.Retry.ANY_METHOD && triedCount < tried.length;
        try {
            attemptFailed(failure);
            if (mayRetry && worker.retryBudget.tryRetry()) {
                worker.stats.retries.increment();
                dispatch(failure);
            } else {
                fail(failure);
            }
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private void attemptFailed(Failure failure) {
        worker.stats.attemptsFailed.increment();
        if (failure.side() == Failure.Side.UPSTREAM) {
            connections().failed(failure);
        }
    }

    @Override
    public void broken(Failure failure) {
        origin = null;
        boolean again = phase == Phase.AWAITING
                && failure.retry() == Failure.Retry.IDEMPOTENT_ONLY
                && method.idempotent()
                && !replayed
                && request.replayable();
        try {
            attemptFailed(failure);
            if (again && worker.retryBudget.tryRetry()) {
                worker.stats.retries.increment();
                replayed = true;
                connect(connections(), true);
            } else {
                fail(failure);
            }
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    // ---- the response comes

    @Override
    public void interimHead(ResponseHead head) {
        if (client.knowsChunks()) { // RFC 9110 section 15.2: never to an HTTP/1.0 client
            response.interim(client, head, id);
        }
    }

    @Override
    public void responseHead(ResponseHead head, Framing framing, int following) {
        request.forgetFirst();
        status = head.status();
        firstByteNanos = System.nanoTime() - startedNanos;
        worker.stats.firstByte.record(firstByteNanos);
        Persistence persistence;
        if (status == 101) {
            become(Phase.TUNNEL);
            worker.stats.tunnels.increment();
            keep = false;
            persistence = Persistence.UPGRADE;
        } else {
            become(Phase.RESPONDING);
            keep = keep && mayKeep(framing);
            persistence =
                    !keep ? Persistence.CLOSE : client.knowsChunks() ? Persistence.IMPLIED : Persistence.KEEP_ALIVE;
            if (framing == Framing.CHUNKED && !client.knowsChunks()) {
                origin().deliverContentOnly();
            }
        }
        response.head(client, head, framing, persistence, method == Method.HEAD, following, id);
        if (phase == Phase.TUNNEL) {
            if (clientEnded) {
                endTunnelSide(); // before the tunnel stood
            }
            client.continueReading();
        }
    }

    private boolean mayKeep(Framing framing) {
        boolean endIsVisible = client.knowsChunks() || framing == Framing.NONE || framing == Framing.LENGTH;
        // A client that waits for 100 and gets a final answer may send the body or not: nobody can tell what comes
        // next.
        boolean nextIsClear = !expectsContinue || request.complete() || request.bodyStarted();
        return endIsVisible && nextIsClear && client.mayKeep();
    }

    @Override
    public void responseBody(ByteBuf part) {
        response.body(client, part);
        if (origin != null && !client.writable()) {
            origin.pauseReading();
        }
        if (phase == Phase.TUNNEL) {
            client.touchTunnel();
        }
    }

    @Override
    public boolean spliceable() {
        return client.spliceable();
    }

    @Override
    public int splice(Channel from, long max) {
        int moved = client.splice(from, max);
        if (phase != Phase.FREE) {
            response.passed(moved);
        }
        return moved;
    }

    @Override
    public void responsePause() {
        if (phase != Phase.FREE) {
            response.flush(client);
        }
    }

    @Override
    public void responseEnd(H1Origin connection) {
        if (phase == Phase.TUNNEL) {
            originEnded = true;
            response.flush(client);
            endTunnelSide();
            return;
        }
        response.end(client, connection.trailers(acceptsTrailers));
        if (phase != Phase.RESPONDING) {
            return; // the client went away while we wrote
        }
        become(Phase.RESPONDED);
        boolean bodyMayNotCome = expectsContinue && !request.bodyStarted();
        if (request.complete() || bodyMayNotCome) {
            finish(); // counts first and flushes then: who has the answer can see it counted
        } else {
            client.flush();
        }
    }

    @Override
    public void originDone() {
        origin = null;
        if (keep) {
            request.discardRest();
            client.resumeReading();
        } else {
            finish();
        }
    }

    @Override
    public void originWritability(boolean writable) {
        if (!wantsBytes()) {
            return;
        }
        if (writable) {
            client.resumeReading();
        } else {
            client.pauseReading();
        }
    }

    // ---- what the client does meanwhile

    void clientWritability(boolean writable) {
        if (origin == null) {
            return;
        }
        if (writable) {
            origin.resumeReading();
        } else {
            origin.pauseReading();
        }
    }

    /** The client sends no more, and nothing that it sent waits. */
    void clientEndOfInput() {
        if (clientEnded) {
            return;
        }
        clientEnded = true;
        if (phase == Phase.TUNNEL) {
            endTunnelSide();
        } else if (request.complete()) {
            keep = false; // it still reads: it gets its response
        } else {
            fail(Failure.CLIENT_GONE);
        }
    }

    private void endTunnelSide() {
        if (clientEnded && originEnded) {
            finish();
        } else if (clientEnded) {
            origin().endOutput();
        } else {
            client.endOutput();
        }
    }

    // ---- the end

    private void finish() {
        connections().succeeded(status);
        (status < 500 ? worker.stats.attemptsSucceeded : worker.stats.attemptsFailed).increment();
        H1Origin done = origin;
        origin = null;
        // One that did not ask for the end may have sent another request before it learns of it: RFC 9112 section 9.6.
        boolean lingering = !request.complete() || !asksForEnd;
        boolean keepClient = keep;
        try {
            settle(null, worker.stats.succeeded);
            if (done != null) {
                done.release();
            }
        } catch (Throwable e) {
            if (done != null) {
                done.abort();
            }
            client.failed(e);
            return;
        }
        part(false, keepClient, lingering);
    }

    /** The exchange cannot go on: the client gets an answer if there is still a way to give one, else it is cut off. */
    void fail(Failure failure) {
        boolean clientsFault = failure.side() == Failure.Side.DOWNSTREAM;
        boolean answerable = !response.committed() && failure.status() != 0;
        boolean pretend = response.endsByClosing();
        boolean keepClient = answerable && keep && !clientsFault && request.complete() && client.mayKeep();
        if (clientsFault && failure.status() != 0) {
            worker.stats.requestsRefused.increment();
        }
        settle(failure, worker.stats.failed);
        if (answerable) {
            worker.answers.write(
                    failure, worker.writer, persistence(keepClient), acceptsJson, method == Method.HEAD, id);
            part(true, keepClient, true);
        } else {
            client.cut(pretend);
        }
    }

    /** OPTIONS or TRACE may go no further: we are the last recipient (RFC 9110 section 7.6.2). */
    private void answerHere(RequestHead head) {
        boolean keepClient = keep && request.complete() && client.mayKeep();
        if (method == Method.TRACE) {
            worker.answers.writeTrace(head, worker.writer, persistence(keepClient));
        } else {
            worker.answers.writeOptions(worker.writer, persistence(keepClient));
        }
        status = 200;
        settle(null, worker.stats.succeeded);
        part(true, keepClient, true);
    }

    /** The client connection is closed: there is nobody left to answer. */
    void clientGone() {
        if (phase == Phase.FREE) {
            return; // it had ended, and its client was about to be told
        }
        // A response that had been passed on whole is not a failure of anybody.
        settle(Failure.CLIENT_GONE, phase == Phase.RESPONDED ? worker.stats.succeeded : worker.stats.failed);
    }

    /**
     * Something was thrown that nobody expected. The connection is closed behind this; nobody is answered.
     *
     * @return whether a mere end would look like a complete response
     */
    boolean abandon() {
        boolean pretend = phase != Phase.FREE && response.endsByClosing();
        if (phase != Phase.FREE) {
            settle(Failure.INTERNAL, worker.stats.failed);
        }
        return pretend;
    }

    /**
     * Every end goes through here, once: the exchange is counted and logged, holds no connection to an origin and no
     * buffer any more, and can serve the next request. What the client is told comes behind it, so that nothing that
     * goes wrong there can bring the exchange to a second end.
     *
     * @param failure null: nothing went wrong
     */
    private void settle(@Nullable Failure failure, Counter counter) {
        become(Phase.DONE);
        try {
            letGo();
            counter.increment();
            account(failure);
        } finally {
            recycle();
        }
    }

    /** @param answered whether the answer is in the worker's writer, and has to be sent */
    private void part(boolean answered, boolean keepClient, boolean lingering) {
        try {
            if (answered) {
                client.answer();
            }
            client.exchangeDone(keepClient, lingering);
        } catch (Throwable e) { // whoever has called may be no part of the client's connection, and would not end it
            client.failed(e);
        }
    }

    private Persistence persistence(boolean keepClient) {
        if (!keepClient) {
            return Persistence.CLOSE;
        }
        return client.knowsChunks() ? Persistence.IMPLIED : Persistence.KEEP_ALIVE;
    }

    /** Counts the time it took and leaves a line in the access log. */
    private void account(@Nullable Failure failure) {
        long totalNanos = System.nanoTime() - startedNanos;
        worker.stats.total.record(totalNanos);
        AccessLog.Sheet sheet = worker.accessLog;
        if (sheet == null) {
            return;
        }
        AccessEntry entry = sheet.entry;
        System.arraycopy(requestLine, 0, entry.requestLine, 0, requestLineLength);
        entry.requestLineLength = requestLineLength;
        entry.minorVersion = client.knowsChunks() ? 1 : 0;
        entry.client = client.peer().address();
        entry.requestId = id.toBytes();
        entry.origin = connections == null ? "" : connections.origin().id().value();
        entry.status = response.committed() || failure == null ? status : failure.status();
        entry.bytes = response.bytes();
        entry.startedMillis = System.currentTimeMillis() - totalNanos / 1_000_000;
        entry.totalMicros = totalNanos / 1000;
        entry.firstByteMicros = firstByteNanos == 0 ? -1 : firstByteNanos / 1000;
        entry.failure = failure == null ? "" : failure.name();
        sheet.add();
    }

    private void keepForLog(RequestHead head) {
        if (requestLine.length == 0) {
            requestLine = new byte[AccessEntry.TARGET_BYTES_MAX];
        }
        requestLineLength = head.copyRequestLine(requestLine);
    }

    private void letGo() {
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        H1Origin held = origin;
        origin = null;
        if (held != null) {
            held.abort();
        }
    }

    private void recycle() {
        deadline.cancel();
        request.forgetFirst();
        response.drop();
        worker.stats.bytesToClients.add(response.bytes());
        connections = null;
        Arrays.fill(tried, 0, triedCount, null);
        triedCount = 0;
        become(Phase.FREE);
        worker.stats.exchangesOpen.add(-1);
    }

    /** The exchange as a whole has taken too long. */
    @Override
    public void expired() {
        try {
            fail(Failure.EXCHANGE_TIMEOUT);
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private H1Origin origin() {
        assert origin != null : phase;
        return origin;
    }

    private Endpoint connections() {
        assert connections != null : phase;
        return connections;
    }
}
