package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ReadBuffers;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an origin: one request after another, never two at a time. {@link ResponseReader} reads
 * what comes back; this knows who holds the connection, how long it waits for what, and what each end means. Confined
 * to its event loop.
 *
 * <p>The file is longer than others because each end that an origin can come to is in it, one beside the other.
 */
final class H1Origin extends OriginConnection implements Upstream {

    /** Who has the connection. */
    private enum Phase {
        /** Not connected yet, or TLS does not stand. */
        OPENING,
        /** Held by nobody. Whatever arrives now belongs to no request. */
        IDLE,
        /** Held by an exchange, or on its way from one to the next. */
        HELD,
        CLOSED
    }

    private final Link link;
    private final ReuseTerms terms;
    private final ResponseReader reader;
    private final BodySplice splice;
    private Phase phase = Phase.OPENING;
    private @Nullable ResponseSink sink;
    private boolean used;
    private boolean requestFlushed; // some of it
    private boolean requestSent;
    private boolean reset;

    /**
     * A connection that does not stand yet.
     *
     * @param buffers what the connection reads into, and nothing else does
     * @param terms for how long it may be reused
     */
    H1Origin(Endpoint endpoint, ReadBuffers buffers, ReuseTerms terms) {
        super(endpoint);
        link = new Link(this, shared.wheel, shared.held, shared.progressTicks);
        this.terms = terms;
        reader = new ResponseReader(shared, terms, link.account());
        splice = new BodySplice(link, reader, buffers, shared.progressTicks);
    }

    @Override
    Link link() {
        return link;
    }

    // ---- life of the connection

    @Override
    public void connected() {
        // TLS may have to stand first: the connector calls opened().
    }

    @Override
    OriginConnection chosen(@Nullable String protocol, ReuseTerms reuse) {
        if (!H2Origin.ALPN.equals(protocol)) {
            return this;
        }
        phase = Phase.CLOSED;
        H2Origin next = new H2Origin(endpoint, link, reuse, true);
        link.handOver(next);
        return next;
    }

    @Override
    void opened() {
        super.opened();
        phase = Phase.HELD;
        if (!link.alive()) {
            link.close(); // the end of it is told to whoever has been given it meanwhile
        }
    }

    void becomeIdle() {
        assert sink == null && phase == Phase.HELD : phase;
        phase = Phase.IDLE;
        used = true; // also one that was made for a request which did not wait for it
        link.await(terms.idleTicks());
    }

    void leaveIdle() {
        assert phase == Phase.IDLE : phase;
        phase = Phase.HELD;
        link.awaitNothing();
    }

    /** Whether, for all that is known on this side, it could carry another request. */
    boolean alive() {
        return phase != Phase.CLOSED && link.alive();
    }

    /**
     * Whether it can carry the next request; if not, it is closed. Behind a response without a body, an origin that
     * sends one all the same would have it taken for the next response: what has come already is found here.
     */
    boolean fit() {
        if (alive() && (!terms.allowAnother() || (reader.mayBeFollowed() && link.hasUnread()))) {
            close();
        }
        return alive();
    }

    @Override
    void close() {
        boolean idle = phase == Phase.IDLE;
        phase = Phase.CLOSED;
        if (idle) {
            endpoint.forget(this); // now: until the socket is closed another request might be given it
        }
        link.close();
    }

    /** The origin's time is over: what is under way ends, with an answer where none has begun. */
    @Override
    void cutOff() {
        if (sink == null) {
            close();
        } else if (reader.state() == ResponseReader.State.COMPLETE) {
            inputEnded(); // the response is whole: only the rest of the request is given up
        } else {
            fail(reader.state() == ResponseReader.State.TUNNEL ? Failure.CUT_OFF : Failure.EXCHANGE_TIMEOUT);
        }
    }

    // ---- the exchange's side

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public boolean reused() {
        return used;
    }

    @Override
    public void begin(ResponseSink next, boolean answersHead, byte @Nullable [] upgradeAsked) {
        assert shared.inLoop() && sink == null && phase == Phase.HELD : phase;
        sink = next;
        requestSent = false;
        requestFlushed = false;
        reader.begin(next, answersHead, upgradeAsked);
        if (!writable()) {
            link.awaitProgress(); // a backlog of the exchange before: no event will tell of it
        }
    }

    @Override
    public void deliverContentOnly() {
        reader.deliverContentOnly();
    }

    @Override
    public byte @Nullable [] trailers(boolean wanted) {
        return reader.trailers(wanted);
    }

    @Override
    public void write(ByteBuf part) {
        link.write(part);
    }

    @Override
    public void flush() {
        requestFlushed = true;
        link.flush();
    }

    @Override
    public boolean writable() {
        return link.writable();
    }

    @Override
    public void requestSent(int responseHeadTicks) {
        requestSent = true;
        if (reader.state() == ResponseReader.State.HEAD) {
            link.await(responseHeadTicks > 0 ? responseHeadTicks : shared.responseHeadTicks);
        } else if (reader.state() == ResponseReader.State.BODY && !link.paused()) {
            link.await(shared.progressTicks); // it is no more the request that is waited for
        }
    }

    @Override
    public void pauseReading() {
        if (!link.paused()) {
            link.pauseReading();
            if (link.paused() && reader.state() == ResponseReader.State.BODY) {
                link.awaitNothing(); // it is not the origin that is waited for
            }
        }
    }

    @Override
    public void resumeReading() {
        if (link.paused() && phase != Phase.CLOSED) {
            if (reader.state() == ResponseReader.State.BODY) {
                link.await(shared.progressTicks);
            }
            link.resumeReading();
        }
    }

    @Override
    public void endOutput() {
        link.endOutput();
    }

    @Override
    public void release() {
        assert shared.inLoop();
        sink = null;
        used = true;
        flush(); // the end of a request may have come behind its response
        boolean whole = reader.state() == ResponseReader.State.COMPLETE && requestSent;
        if (whole && reader.persistent() && terms.allowAnother() && fit()) {
            resumeReading(); // a slow client may have held it back to the last byte
            link.awaitNothing();
            endpoint.giveBack(this);
        } else {
            link.finish(); // the last bytes of a tunnel are as good as the first
        }
    }

    @Override
    public void abort() {
        sink = null;
        abandon();
    }

    /** Whatever comes until the socket is closed reaches nobody. */
    private void abandon() {
        reader.stop();
        close();
    }

    /** Closes, then tells the exchange: it must not find the connection usable. */
    private void fail(Failure failure) {
        ResponseSink waiting = sink;
        sink = null;
        abandon();
        if (waiting != null) {
            waiting.broken(failure);
        }
    }

    // ---- the origin's side

    @Override
    public void received(ByteBuf in) {
        if (phase != Phase.HELD) {
            in.release(); // bytes that belong to no request reach nobody
            close();
            return;
        }
        ResponseReader.State before = reader.state();
        if (before == ResponseReader.State.HEAD && !requestFlushed) {
            in.release(); // it cannot be the answer to what the origin has not seen
            fail(used ? Failure.DEAD_REUSED : Failure.BAD_RESPONSE);
            return;
        }
        Failure wrong = reader.read(in);
        if (wrong != null) {
            fail(wrong);
        } else if (reader.state() != before || before == ResponseReader.State.BODY) {
            advanced(before);
        }
    }

    /** More of the response has come. */
    private void advanced(ResponseReader.State before) {
        switch (reader.state()) {
            case BODY -> {
                if (before == ResponseReader.State.HEAD) {
                    link.awaitNothing();
                }
                splice.startIfWorthwhile();
                if (!link.paused()) {
                    link.await(shared.progressTicks);
                }
            }
            case TUNNEL -> link.awaitNothing();
            case COMPLETE -> endResponse();
            case HEAD, STOPPED -> {}
        }
    }

    private void endResponse() {
        splice.stop();
        if (requestSent || writable()) {
            link.awaitNothing();
        } else {
            link.awaitProgress();
        }
        sink().responseEnd();
    }

    @Override
    public void receivedAll() {
        if (sink != null) {
            sink.responsePause();
        }
        if (sink != null && splice.move(sink)) {
            endResponse();
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {
        if (sink != null) {
            if (!requestSent) {
                requestWritability(writable);
            }
            sink.originWritability(writable);
        }
    }

    /** Whether the origin takes more of a request that is still being sent. */
    private void requestWritability(boolean writable) {
        if (!writable) {
            link.awaitProgress();
        } else if (reader.state() == ResponseReader.State.HEAD) {
            link.awaitNothing(); // it is the client that is waited for
        } else if (reader.state() == ResponseReader.State.BODY && !link.paused()) {
            link.await(shared.progressTicks);
        }
    }

    @Override
    public void inputEnded() {
        if (sink == null) {
            close();
            return;
        }
        switch (reader.state()) {
            case HEAD -> fail(endInHead());
            case BODY -> {
                boolean cutOff = reader.endsByClosing() && !link.endIsAuthentic();
                if (!reset && !cutOff && reader.endOfBody()) {
                    endResponse();
                } else {
                    fail(Failure.TRUNCATED);
                }
            }
            case COMPLETE -> {
                reader.surplus();
                ResponseSink waiting = sink;
                sink = null; // told once, however many ways there are to notice
                close();
                waiting.originDone();
            }
            case TUNNEL -> {
                reader.endTunnel();
                sink().responseEnd();
            }
            case STOPPED -> {}
        }
    }

    private Failure endInHead() {
        if (!reader.nothingCame()) {
            return Failure.ORIGIN_CLOSED;
        }
        return used ? Failure.DEAD_REUSED : Failure.NO_RESPONSE;
    }

    /** The origin may have said why, before it closed: its answer, and its end, are still read. */
    @Override
    public void outputFailed() {
        if (sink == null || reader.state() == ResponseReader.State.TUNNEL || link.hasInputEnded()) {
            broken();
        } else if (!reset) {
            reset = true;
            resumeReading();
            if (reader.state() != ResponseReader.State.BODY) {
                link.await(shared.progressTicks);
            }
        }
    }

    @Override
    public void broken() {
        reset = true;
        if (reader.state() == ResponseReader.State.TUNNEL) {
            fail(Failure.TRUNCATED);
        } else {
            inputEnded();
        }
        close();
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a connection to an origin", cause);
        link.account().failed(cause);
        fail(Failure.INTERNAL);
    }

    @Override
    public void shed() {
        if (sink == null) {
            close();
        } else if (reader.state() == ResponseReader.State.COMPLETE) {
            inputEnded(); // the response is whole: only the rest of the request is given up
        } else {
            fail(reader.state() == ResponseReader.State.HEAD ? Failure.MEMORY_FULL : Failure.SHED);
        }
    }

    @Override
    public void closed() {
        inputEnded();
        phase = Phase.CLOSED;
        reader.stop();
        leave();
    }

    @Override
    public void waitExpired() {
        if (phase == Phase.IDLE) {
            close();
        } else if (phase == Phase.HELD) {
            switch (reader.state()) {
                case HEAD -> {
                    if (requestSent) {
                        fail(Failure.RESPONSE_TIMEOUT);
                    } else {
                        expectProgress();
                    }
                }
                case BODY -> {
                    if (link.paused() || (!requestSent && !writable())) {
                        expectProgress(); // the deadline is that of the request
                    } else {
                        fail(Failure.RESPONSE_STALLED);
                    }
                }
                case COMPLETE -> {
                    if (sink != null) {
                        expectProgress();
                    } else {
                        close();
                    }
                }
                case TUNNEL, STOPPED -> {}
            }
        }
    }

    /** The origin takes the request slowly: some progress since the last look, or it has stalled. */
    private void expectProgress() {
        // Where it takes what is written, it is the client that is waited for.
        if (!writable() && !link.progressed()) {
            fail(Failure.REQUEST_STALLED);
        }
    }

    private ResponseSink sink() {
        assert sink != null : phase;
        return sink;
    }
}
