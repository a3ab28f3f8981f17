package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.route.RouteAction;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.stats.Counter;
import io.weldr.proxy.upstream.Attempt;
import io.weldr.proxy.upstream.Endpoint;
import io.weldr.proxy.upstream.ResponseSink;
import io.weldr.proxy.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the complete head to the last byte either way. {@link RequestHalf} and
 * {@link ResponseHalf} are its two directions; this connects them to the client and an origin, and decides what comes
 * next: another try, the next request, an answer of weldr's own, the end. An object serves one exchange after another,
 * all of the same connection, so that no mistake can mix two clients. Confined to the event loop of its client.
 *
 * <p>Read it from top to bottom: a request comes, finds an origin, is sent; the response comes; the exchange ends in
 * {@link #settle}. That way is the reason why this file is longer than others.
 */
public final class Exchange implements ResponseSink, Expiry {

    private final ExchangeLoop loop;
    private final Downstream client;
    private final RequestHalf request;
    private final ResponseHalf response;
    private final Tries tries;
    private final ExchangeRecord record;
    private final Destination destination;
    private final RequestId id = new RequestId();
    private final Deadline deadline;
    private final int timeoutTicks;

    private Phase phase = Phase.FREE;
    private @Nullable Attempt attempt;
    private @Nullable Upstream origin;
    private boolean keep;
    private boolean clientEnded;

    /**
     * An object for the exchanges of one connection.
     *
     * @param timeoutTicks longest exchange; 0: as long as it lasts
     */
    public Exchange(ExchangeLoop loop, Downstream client, int timeoutTicks) {
        this.loop = loop;
        this.client = client;
        this.timeoutTicks = timeoutTicks;
        request = new RequestHalf(loop, client.account());
        response = new ResponseHalf(loop, client);
        tries = new Tries(loop);
        record = new ExchangeRecord(loop);
        destination = new Destination(loop);
        deadline = new Deadline(loop.wheel(), this);
    }

    private void become(Phase next) {
        assert phase.mayBecome(next) : phase + " -> " + next;
        phase = next;
    }

    // ---- the request comes

    /** Starts with the head just scanned, whose bytes {@code in} starts with; leaves it readable behind this request. */
    public void begin(RequestHead head, ByteBuf in) {
        assert phase == Phase.FREE : phase;
        assert attempt == null && origin == null : "of the exchange before";
        become(Phase.CONNECTING);
        loop.stats().exchangesOpen.increment();
        loop.ids().set(id, head);
        record.begin(head);
        keep = head.persistent();
        clientEnded = false;
        response.begin();
        destination.clear();
        boolean answerHere = head.maxForwards() == 0;
        boolean room = loop.held().takesRequests();
        Failure wrong = request.begin(head, in);
        if (wrong == null) {
            wrong = !room ? Failure.MEMORY_FULL : loop.loopGuard().loops(head) ? Failure.LOOP_DETECTED : null;
        }
        if (wrong == null && !answerHere) {
            wrong = destination.find(head, client);
        }
        if (wrong != null) {
            fail(wrong);
        } else if (answerHere) {
            answerHere(head);
        } else if (destination.plan().action() instanceof RouteAction.Forward) {
            forward(head);
        } else {
            answerOfRoute(head);
        }
    }

    private void forward(RequestHead head) {
        destination.choosePool(head, client);
        int ticks = destination.plan().requestTicks();
        if (ticks > 0 || timeoutTicks > 0) {
            deadline.in(ticks > 0 ? ticks : timeoutTicks);
        }
        loop.retryBudget().request();
        tries.begin(destination.plan().route().retries().triesMax());
        dispatch(Failure.NO_ORIGIN_UP);
    }

    /** Whether more bytes of the client belong to this exchange and have somewhere to go. */
    public boolean wantsBytes() {
        return request.wantsBytes();
    }

    /** Whether the client is expected to send more. */
    public boolean awaitsClient() {
        return request.wantsBytes() && phase != Phase.TUNNEL;
    }

    public boolean tunnelling() {
        return phase == Phase.TUNNEL;
    }

    /** More bytes of the client, of which those behind this request are left readable. Only if {@link #wantsBytes}. */
    public void requestBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            request.moreOfTunnel(in, origin());
            pauseClientIfFull();
            return;
        }
        Failure wrong = request.more(in, origin);
        if (phase == Phase.FREE) {
            return; // a write failed at once
        }
        if (wrong == Failure.CUT_OFF) {
            keep = false;
            finish();
        } else if (wrong != null) {
            fail(wrong);
        } else if (request.complete() && response.state() == ResponseHalf.State.COMPLETE) {
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
    public void requestPause() {
        if (origin != null) {
            origin.flush();
        }
    }

    // ---- finding an origin

    private void dispatch(Failure ifNone) {
        Endpoint next = tries.next(loop.view(), destination.affinity());
        if (next == null) {
            fail(ifNone);
        } else {
            connect(next, false);
        }
    }

    private void connect(Endpoint to, boolean fresh) {
        become(Phase.CONNECTING);
        Attempt started = to.acquire(this, fresh);
        if (started != null) {
            attempt = started;
        }
    }

    @Override
    public void connected(Upstream connection) {
        attempt = null;
        origin = connection;
        try {
            send(connection);
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private void send(Upstream connection) {
        if (!connection.reused()) {
            record.connected();
        }
        become(Phase.FORWARDING);
        connection.begin(this, request.method() == Method.HEAD, request.upgrade());
        request.send(connection, client.allocator(), client.peer(), destination, id);
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
        try {
            tries.failed(failure);
            if (tries.mayTryAnother(failure)) {
                dispatch(failure);
            } else {
                fail(failure);
            }
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    @Override
    public void broken(Failure failure) {
        origin = null;
        boolean harmless = response.state() == ResponseHalf.State.AWAITED && request.replayable();
        try {
            tries.failed(failure);
            Endpoint before = tries.current();
            Endpoint again = tries.mayReplay(failure, harmless, loop.view(), destination.affinity());
            if (again != null) {
                request.replay();
                connect(again, again == before); // idle connections of one that had a dead one are not trusted
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
            response.interim(head, id);
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
        keep = keep && mayKeep(framing);
        if (framing == Framing.CHUNKED && !client.knowsChunks()) {
            origin().deliverContentOnly();
        }
        boolean answersHead = request.method() == Method.HEAD;
        response.head(
                head,
                framing,
                persistence(keep),
                answersHead,
                following,
                destination.plan().response(),
                cookie(),
                id);
    }

    /** Sends the request to another origin in place of the response that is beginning, if that may be. */
    private boolean triedElsewhere(int status) {
        Endpoint other = response.state() == ResponseHalf.State.AWAITED && request.replayable()
                ? tries.mayTryAfter(status, loop.view(), destination.affinity())
                : null;
        if (other == null) {
            return false;
        }
        Upstream held = origin();
        origin = null;
        held.abort();
        request.replay();
        connect(other, false);
        return true;
    }

    private void startTunnel(ResponseHead head, Framing framing, int following) {
        become(Phase.TUNNEL);
        loop.stats().tunnels.increment();
        keep = false;
        request.tunnel();
        response.head(
                head,
                framing,
                Persistence.UPGRADE,
                false,
                following,
                destination.plan().response(),
                cookie(),
                id);
        if (clientEnded) { // before the tunnel stood
            request.endTunnel();
            origin().endOutput();
        }
        client.continueReading();
    }

    private byte @Nullable [] cookie() {
        return destination.cookie(origin().endpoint().origin().id());
    }

    private boolean mayKeep(Framing framing) {
        boolean endIsVisible = client.knowsChunks() || framing == Framing.NONE || framing == Framing.LENGTH;
        // A client that waits for 100 and gets a final answer may send the body or not: nobody can tell what comes
        // next.
        boolean nextIsClear = request.complete() || !request.bodyMayNotCome();
        return endIsVisible && nextIsClear && client.mayKeep();
    }

    @Override
    public void responseBody(ByteBuf part) {
        response.body(part);
        if (origin != null && !client.writable()) {
            origin.pauseReading();
        }
        if (phase == Phase.TUNNEL) {
            client.tunnelMoved();
        }
    }

    @Override
    public boolean takesSplice() {
        return client.takesSplice();
    }

    @Override
    public int splice(Link from, long max) {
        int moved = client.splice(from, max);
        if (phase != Phase.FREE) {
            response.passed(moved);
        }
        return moved;
    }

    @Override
    public void responsePause() {
        if (phase != Phase.FREE) {
            response.flush();
        }
    }

    @Override
    public void responseEnd() {
        if (phase == Phase.TUNNEL) {
            response.endTunnel();
            if (request.state() == RequestHalf.State.ENDED) {
                finish();
            } else {
                client.endOutput();
            }
            return;
        }
        response.complete(origin().trailers(request.acceptsTrailers()));
        if (response.state() != ResponseHalf.State.COMPLETE) {
            return; // the client went away while we wrote
        }
        if (request.complete() || request.bodyMayNotCome()) {
            finish(); // counts first and flushes then: who has the answer can see it counted
        } else {
            client.flush();
        }
    }

    @Override
    public void originDone() {
        origin = null;
        tries.left();
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

    /** The client takes more, or takes no more for now. */
    public void clientWritability(boolean writable) {
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
    public void clientEndOfInput() {
        if (clientEnded) {
            return;
        }
        clientEnded = true;
        if (phase == Phase.TUNNEL) {
            request.endTunnel();
            if (response.state() == ResponseHalf.State.ENDED) {
                finish();
            } else {
                origin().endOutput();
            }
        } else if (request.complete()) {
            keep = false; // it still reads: it gets its response
        } else {
            fail(Failure.CLIENT_GONE);
        }
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

    // ---- the end

    /** Request and response are complete, or enough of both. */
    private void finish() {
        tries.succeeded(record.status());
        Upstream done = origin;
        origin = null;
        // A client that did not ask for the end may have sent another request before it learns of it: RFC 9112 section
        // 9.6.
        boolean lingering = !request.complete() || request.persistent();
        boolean keepClient = keep;
        try {
            settle(null, loop.stats().succeeded, null);
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
        part(null, keepClient, lingering);
    }

    /** The exchange cannot go on: the client gets an answer if there is still a way to give one, else it is cut off. */
    public void fail(Failure failure) {
        // Nobody knows what follows a request that is malformed. One that goes nowhere is understood.
        boolean malformed = failure.side() == Failure.Side.DOWNSTREAM && failure.stage() == Failure.Stage.RECEIVE;
        boolean answerable = !response.committed() && failure.status() != 0;
        boolean pretend = response.endsByClosing();
        boolean keepClient = answerable && keep && !malformed && request.complete() && client.mayKeep();
        if (malformed) {
            loop.stats().requestsRefused.increment();
        }
        ByteBuf answer = answerable ? answerTo(failure, keepClient) : null;
        settle(failure, loop.stats().failed, answer);
        if (answer != null) {
            part(answer, keepClient, true);
        } else {
            client.cut(pretend);
        }
    }

    private ByteBuf answerTo(Failure failure, boolean keepClient) {
        var editors = loop.editors();
        boolean bodiless = request.method() == Method.HEAD;
        Persistence persistence = persistence(keepClient);
        long retryAfter = destination.retryAfterSeconds();
        if (retryAfter > 0) {
            editors.answers()
                    .write(failure, editors.writer(), persistence, request.acceptsJson(), bodiless, retryAfter, id);
        } else {
            editors.answers().write(failure, editors.writer(), persistence, request.acceptsJson(), bodiless, id);
        }
        return editors.written(client.allocator());
    }

    /** The route answers: by a redirect or a fixed response. */
    private void answerOfRoute(RequestHead head) {
        boolean keepClient = keep && request.complete() && client.mayKeep();
        var editors = loop.editors();
        HeadPlan plan = destination.plan().response();
        boolean bodiless = request.method() == Method.HEAD;
        int status;
        if (destination.plan().action() instanceof RouteAction.FixedResponse fixed) {
            status = fixed.status();
            byte[] body = destination.plan().body();
            editors.answers()
                    .writeOfRoute(
                            status,
                            fixed.contentType(),
                            body,
                            null,
                            plan,
                            editors.writer(),
                            persistence(keepClient),
                            bodiless,
                            id);
        } else {
            status = ((RouteAction.Redirect) destination.plan().action()).status();
            byte[] location = destination.location(head, client.peer());
            editors.answers()
                    .writeOfRoute(
                            status,
                            null,
                            new byte[0],
                            location,
                            plan,
                            editors.writer(),
                            persistence(keepClient),
                            bodiless,
                            id);
        }
        record.answered(status);
        ByteBuf answer = editors.written(client.allocator());
        settle(null, loop.stats().succeeded, answer);
        part(answer, keepClient, true);
    }

    /** OPTIONS or TRACE may go no further: we are the last recipient (RFC 9110 section 7.6.2). */
    private void answerHere(RequestHead head) {
        boolean keepClient = keep && request.complete() && client.mayKeep();
        var editors = loop.editors();
        if (request.method() == Method.TRACE) {
            editors.answers().writeTrace(head, editors.writer(), persistence(keepClient));
        } else {
            editors.answers().writeOptions(editors.writer(), persistence(keepClient));
        }
        record.answered(200);
        ByteBuf answer = editors.written(client.allocator());
        settle(null, loop.stats().succeeded, answer);
        part(answer, keepClient, true);
    }

    /** The client connection is closed: there is nobody left to answer. */
    public void clientGone() {
        if (phase == Phase.FREE) {
            return; // it had ended, and its client was about to be told
        }
        // A response that had been passed on whole is not a failure of anybody.
        if (response.state() == ResponseHalf.State.COMPLETE) {
            settle(null, loop.stats().succeeded, null);
        } else {
            settle(Failure.CLIENT_GONE, loop.stats().failed, null);
        }
    }

    /**
     * Something was thrown that nobody expected. The connection is closed behind this; nobody is answered.
     *
     * @return whether a mere end would look like a complete response
     */
    public boolean abandon() {
        boolean pretend = phase != Phase.FREE && response.endsByClosing();
        if (phase != Phase.FREE) {
            settle(Failure.INTERNAL, loop.stats().failed, null);
        }
        return pretend;
    }

    /**
     * Every end goes through here, once: the exchange is counted and logged, holds no connection to an origin and no
     * buffer any more, and can serve the next request. What the client is told comes behind it, so that nothing that
     * goes wrong there can bring the exchange to a second end.
     *
     * @param failure null: nothing went wrong
     * @param answer that will be sent behind this; null: none. Released if anything is thrown here
     */
    private void settle(@Nullable Failure failure, Counter counter, @Nullable ByteBuf answer) {
        become(Phase.DONE);
        try {
            if (answer != null) {
                response.replaced(answer.readableBytes());
            }
            letGo();
            counter.increment();
            if (failure != null) {
                loop.stats().causes(failure).increment();
            }
            record.end(failure, tries.current(), client, response, destination, id);
        } catch (Throwable e) {
            if (answer != null) {
                answer.release();
            }
            throw e;
        } finally {
            deadline.cancel();
            request.end();
            response.end();
            tries.clear();
            become(Phase.FREE);
            loop.stats().exchangesOpen.add(-1);
        }
    }

    private void letGo() {
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        Upstream held = origin;
        origin = null;
        if (held != null) {
            held.abort();
        }
    }

    /** @param answer to be sent; null: the client has been told all */
    private void part(@Nullable ByteBuf answer, boolean keepClient, boolean lingering) {
        try {
            if (answer != null) {
                client.write(answer);
                client.flush();
            }
            client.ended(keepClient, lingering);
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

    private Upstream origin() {
        assert origin != null : phase;
        return origin;
    }
}
