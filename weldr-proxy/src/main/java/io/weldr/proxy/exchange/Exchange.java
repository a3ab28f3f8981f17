package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.route.RouteAction;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.trace.TraceContext;
import io.weldr.proxy.upstream.Upstream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the complete head to the last byte either way. This class decides whether weldr or
 * an origin answers, takes what the client sends and does meanwhile, and ends the exchange in {@link #settle}.
 * {@link RequestHalf} and {@link ResponseHalf} are the two directions; {@link OriginSide} deals with origins. An object
 * serves one exchange after another, all of the same connection, so that no mistake can mix two clients. Confined to
 * the event loop of its client.
 */
public final class Exchange implements Expiry {

    private final ExchangeLoop loop;
    private final Downstream client;
    private final RequestId id = new RequestId();
    private final Destination destination;
    private final RequestHalf request;
    private final ResponseHalf response;
    private final ClientPersistence persistence;
    private final OriginSide origin;
    private final OwnAnswers answers;
    private final ExchangeRecord record;
    private final Deadline deadline;
    private final int timeoutTicks;

    private Phase phase = Phase.FREE;
    private boolean deadlineOfClient; // the deadline is the one that the client has set

    /**
     * An object for the exchanges of one connection.
     *
     * @param timeoutTicks longest exchange; 0: as long as it lasts
     */
    public Exchange(ExchangeLoop loop, Downstream client, int timeoutTicks) {
        this.loop = loop;
        this.client = client;
        this.timeoutTicks = timeoutTicks;
        destination = new Destination(loop);
        TraceContext trace = loop.tracing() == null ? null : new TraceContext(loop.tracing());
        request = new RequestHalf(loop, client, destination, id, trace);
        response = new ResponseHalf(loop, client, destination, id);
        persistence = new ClientPersistence(client, request);
        record = new ExchangeRecord(loop, client, destination, request, response, id, trace);
        origin = new OriginSide(loop, client, persistence, destination, request, response, record, this::reached);
        answers = new OwnAnswers(loop, client, request, destination, id);
        deadline = new Deadline(loop.wheel(), this);
    }

    private void become(Phase next) {
        assert phase.mayBecome(next) : phase + " -> " + next;
        phase = next;
    }

    // ---- the request comes

    /**
     * Starts with the head just scanned, whose bytes {@code in} starts with; leaves it readable behind this request.
     */
    public void begin(RequestHead head, ByteBuf in) {
        become(Phase.OPEN);
        Dialect dialect = client.dialect();
        record.begin(head, dialect);
        loop.ids().set(id, head);
        persistence.begin(head, dialect);
        origin.speak(dialect);
        response.begin(dialect);
        destination.clear();
        deadlineOfClient = false;
        boolean lastRecipient = head.maxForwards() == 0;
        boolean room = loop.held().takesRequests();
        Failure wrong = request.begin(head, in, dialect);
        if (wrong == null) {
            wrong = !room ? Failure.MEMORY_FULL : loop.loopGuard().loops(head) ? Failure.LOOP_DETECTED : null;
        }
        if (wrong == null && !head.isForScheme(client.peer().secure())) {
            wrong = Failure.BAD_TARGET;
        }
        if (wrong == null && answeredBeforeRoutes(head)) {
            return;
        }
        if (wrong == null && !lastRecipient) {
            wrong = destination.find(head, client);
        }
        if (wrong != null) {
            fail(wrong);
        } else if (lastRecipient) {
            answerAsLastRecipient(head);
        } else if (destination.plan().action() instanceof RouteAction.Forward) {
            forward(head);
        } else {
            answerOfRoute(head);
        }
    }

    /** Answers what the listener itself decides, whatever its routes say, and says whether that was so. */
    private boolean answeredBeforeRoutes(RequestHead head) {
        byte[] proof = client.listener().challengeAnswer(head);
        if (proof != null) {
            boolean keepClient = persistence.keptBehindAnswer();
            ByteBuf answer = answers.toChallenge(proof, persistence.told(keepClient));
            record.answered(OwnAnswers.OK);
            answered(answer, keepClient);
            return true;
        }
        int port = client.listener().redirectPort();
        if (port == 0 || head.hostEnd() == head.hostStart()) {
            return false; // HTTP/1.0 without Host: nobody knows where to
        }
        boolean keepClient = persistence.keptBehindAnswer();
        ByteBuf answer = answers.redirectToHttps(head, port, persistence.told(keepClient));
        record.answered(OwnAnswers.PERMANENT_REDIRECT);
        answered(answer, keepClient);
        return true;
    }

    private void forward(RequestHead head) {
        destination.choosePool(head, client);
        int own = destination.plan().requestTicks();
        int ticks = own > 0 ? own : timeoutTicks;
        if (request.grpc()) {
            ticks = untilClientGivesUp(head, ticks);
        }
        if (ticks > 0) {
            deadline.in(ticks);
        }
        origin.begin();
    }

    /** A call of gRPC says how long its client waits: no longer than that, and no longer than weldr allows. */
    private int untilClientGivesUp(RequestHead head, int ticks) {
        Duration timeout = Grpc.timeout(head);
        int asked = timeout.isZero() ? 0 : DeadlineWheel.ticks(timeout);
        deadlineOfClient = asked > 0 && (ticks == 0 || asked < ticks);
        return deadlineOfClient ? asked : ticks;
    }

    private void answerOfRoute(RequestHead head) {
        boolean keepClient = persistence.keptBehindAnswer();
        ByteBuf answer = answers.ofRoute(head, persistence.told(keepClient));
        record.answered(answers.statusOfRoute());
        answered(answer, keepClient);
    }

    private void answerAsLastRecipient(RequestHead head) {
        boolean keepClient = persistence.keptBehindAnswer();
        ByteBuf answer = answers.asLastRecipient(head, persistence.told(keepClient));
        record.answered(200);
        answered(answer, keepClient);
    }

    // ---- what the client sends and does meanwhile

    /** Whether more bytes of the client belong to this exchange and have somewhere to go. */
    public boolean wantsBytes() {
        return request.wantsBytes();
    }

    /** Whether the client is expected to send more. */
    public boolean awaitsClient() {
        return request.wantsBytes() && !tunnelling();
    }

    public boolean tunnelling() {
        return origin.tunnelling();
    }

    /** More bytes of the client, of which those behind this request are left readable. Only if {@link #wantsBytes}. */
    public void requestBytes(ByteBuf in) {
        Upstream to = origin.connection();
        if (to != null && tunnelling()) {
            request.moreOfTunnel(in, to);
            origin.pauseClientIfFull();
            return;
        }
        Failure wrong = request.more(in, to);
        if (phase == Phase.FREE) {
            return; // A write failed at once and ended the exchange.
        }
        if (request.complete()) {
            record.requestCame();
        }
        if (wrong == Failure.CUT_OFF) {
            persistence.giveUp();
            finish();
        } else if (wrong != null) {
            fail(wrong);
        } else if (request.complete() && response.state() == ResponseHalf.State.COMPLETE) {
            finish();
        } else {
            origin.pauseClientIfFull();
        }
    }

    /** The client has nothing more for now: time to flush. */
    public void requestPause() {
        Upstream to = origin.connection();
        if (to != null) {
            to.flush();
        }
    }

    /** The client takes more, or takes no more for now. */
    public void clientWritability(boolean writable) {
        Upstream from = origin.connection();
        if (from == null) {
            return;
        }
        if (writable) {
            from.resumeReading();
        } else {
            from.pauseReading();
        }
    }

    /** The client sends no more, and nothing that it sent waits. */
    public void clientEndOfInput() {
        if (request.inputEnded()) {
            return;
        }
        request.endInput();
        Upstream to = origin.connection();
        if (to != null && tunnelling()) {
            request.endTunnel();
            if (response.state() == ResponseHalf.State.ENDED) {
                finish();
            } else {
                to.endOutput();
            }
        } else if (request.complete()) {
            persistence.giveUp(); // it still reads: it gets its response
        } else {
            fail(Failure.CLIENT_GONE);
        }
    }

    /** The client connection is closed: there is nobody left to answer. */
    public void clientGone() {
        if (phase == Phase.FREE) {
            return; // It had ended, and the client was about to be told.
        }
        // A response that had been passed on whole is not a failure of anybody.
        boolean passedOn = response.state() == ResponseHalf.State.COMPLETE;
        settle(passedOn ? null : Failure.CLIENT_GONE, null);
    }

    // ---- the end

    /** The exchange as a whole has taken too long. */
    @Override
    public void expired() {
        try {
            fail(Failure.EXCHANGE_TIMEOUT);
        } catch (Throwable e) {
            client.failed(e);
        }
    }

    private void reached(@Nullable Failure failure) {
        if (failure == null) {
            finish();
        } else {
            fail(failure);
        }
    }

    /** Request and response are complete, or enough of both. */
    private void finish() {
        Upstream done = origin.succeeded();
        // A client that did not ask for the end may have sent another request before it learns of it: RFC 9112 section
        // 9.6.
        boolean lingering = !request.complete() || request.persistent();
        boolean keepClient = persistence.kept();
        try {
            settle(null, null);
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

    /** weldr has answered the request itself, and that is no failure. */
    private void answered(ByteBuf answer, boolean keepClient) {
        settle(null, answer);
        part(answer, keepClient, true);
    }

    /** The exchange cannot go on: the client gets an answer if there is still a way to give one, else it is cut off. */
    public void fail(Failure failure) {
        // Nobody knows what follows a request that is malformed. One that goes nowhere is understood.
        boolean malformed = failure.side() == Failure.Side.DOWNSTREAM && failure.stage() == Failure.Stage.RECEIVE;
        boolean passesReset = failure == Failure.STREAM_RESET && client instanceof MessageDownstream;
        boolean answerable = !response.committed() && failure.status() != 0 && !passesReset;
        long resetCode = origin.resetCode();
        boolean pretend = response.endsByClosing();
        boolean keepClient = answerable && !malformed && persistence.keptBehindAnswer();
        if (malformed) {
            loop.stats().requestsRefused.increment();
        }
        ByteBuf answer = answerable ? answers.toFailure(failure, persistence.told(keepClient), deadlineOfClient) : null;
        settle(failure, answer);
        if (answer != null) {
            part(answer, keepClient, true);
        } else {
            if (resetCode >= 0 && client instanceof MessageDownstream messages) {
                messages.originReset(resetCode);
            }
            client.cut(pretend, failure);
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
            settle(Failure.INTERNAL, null);
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
    private void settle(@Nullable Failure failure, @Nullable ByteBuf answer) {
        become(Phase.DONE);
        try {
            if (answer != null) {
                response.replaced(answer.readableBytes());
            }
            origin.letGo();
            record.end(failure, origin.endpoint());
        } catch (Throwable e) {
            if (answer != null) {
                answer.release();
            }
            throw e;
        } finally {
            deadline.cancel();
            request.end();
            response.end();
            origin.clear();
            become(Phase.FREE);
            record.close();
        }
    }

    /** @param answer to be sent; null: the client has been told all */
    private void part(@Nullable ByteBuf answer, boolean keepClient, boolean lingering) {
        try {
            if (answer != null) {
                client.answer(answer);
            }
            client.ended(keepClient, lingering);
        } catch (Throwable e) { // whoever has called may be no part of the client's connection, and would not end it
            client.failed(e);
        }
    }
}
