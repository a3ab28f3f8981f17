package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ProxyHeaderWriter;
import io.weldr.proxy.net.ReadBuffers;
import io.weldr.proxy.upstream.Affinity;
import io.weldr.proxy.upstream.Attempt;
import io.weldr.proxy.upstream.Endpoint;
import io.weldr.proxy.upstream.TcpOrigin;
import io.weldr.proxy.upstream.TcpSink;
import org.jspecify.annotations.Nullable;

/**
 * One tcp connection of a client and its connection to an origin: finds the origin, moves bytes both ways at the pace
 * of the slower side, and passes on how each side ends. The end of a side is passed on as an end, a reset as a reset.
 * Nothing is read from the client before the origin is connected. Confined to the event loop of the client.
 *
 * <pre>
 *   WAITING ──► CONNECTING ──► OPEN ──► DONE
 *                   └───────────────────▲
 * </pre>
 */
public final class Relay implements TcpSink {

    private enum State {
        /** Not begun: the client has yet to say where it comes from. */
        WAITING,
        CONNECTING,
        OPEN,
        DONE
    }

    private final RelayLoop loop;
    private final ExchangeLoop exchanges;
    private final Link client;
    private final Tries tries;
    private final Affinity affinity = new Affinity();
    private final RelayRecord record;
    private final HeldBuffer pending; // what the client has sent before the origin is connected
    private final Flow toOrigin;
    private State state = State.WAITING;
    private @Nullable Flow toClient;
    private @Nullable Attempt attempt;
    private @Nullable TcpOrigin origin;
    private boolean clientEnded;
    private boolean originEnded;

    /**
     * A relay that has not begun.
     *
     * @param buffers what the client's connection reads into, and nothing else does
     */
    public Relay(RelayLoop loop, Link client, ReadBuffers buffers) {
        this.loop = loop;
        this.client = client;
        exchanges = loop.exchanges;
        tries = new Tries(exchanges, false);
        record = new RelayRecord(exchanges);
        pending = new HeldBuffer(client.account());
        toOrigin = new Flow(buffers, loop.pipe);
    }

    /** The client is connected, and it is known where its bytes go: an origin of that pool is to be found. */
    public void begin(PoolName to) {
        assert state == State.WAITING : state;
        state = State.CONNECTING;
        exchanges.stats().exchangesOpen.increment();
        exchanges.retryBudget().request();
        record.begin();
        client.pauseReading();
        loop.set(affinity, to, Peer.of(client.remoteAddress(), false).raw());
        tries.begin(0, System.nanoTime());
        if (exchanges.held().takesRequests()) {
            dispatch(Failure.NO_ORIGIN_UP);
        } else {
            fail(Failure.MEMORY_FULL);
        }
    }

    // ---- finding an origin

    private void dispatch(Failure ifNone) {
        Endpoint next = tries.next(exchanges.view(), affinity);
        if (next == null) {
            fail(ifNone);
            return;
        }
        Attempt started = next.acquire(this);
        if (started != null) {
            attempt = started;
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
            failed(e);
        }
    }

    @Override
    public void connected(TcpOrigin connection) {
        attempt = null;
        origin = connection;
        state = State.OPEN;
        try {
            open(connection);
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void open(TcpOrigin to) {
        record.connected();
        tries.accepted();
        toClient = new Flow(to.buffers(), loop.pipe);
        client.await(loop.idleTicks);
        if (loop.sendsProxyProtocol(affinity.pool())) {
            ByteBuf header = ProxyHeaderWriter.write(client.allocator(), client.remoteAddress(), client.localAddress());
            to.link().write(header);
        }
        ByteBuf first = pending.take();
        if (first != null) {
            send(first, to);
        }
        to.link().flush();
        if (state != State.OPEN) {
            return; // a write failed at once
        }
        record.began(affinity.pool().value(), tries.current(), client.remoteAddress());
        if (clientEnded) {
            to.link().endOutput();
        } else if (to.link().writable()) {
            client.resumeReading();
        }
    }

    // ---- from the client to the origin

    /** The client has sent bytes. Owns the buffer. */
    public void clientBytes(ByteBuf in) {
        TcpOrigin to = origin;
        if (state == State.OPEN && to != null) {
            toOrigin.read(in.readableBytes());
            send(in, to);
        } else if (state == State.DONE) {
            in.release();
        } else {
            stash(in); // read before the pause took effect, or with the end
        }
    }

    private void send(ByteBuf in, TcpOrigin to) {
        record.toOrigin(in.readableBytes());
        to.link().write(in);
        if (state == State.OPEN) {
            client.await(loop.idleTicks);
            if (!to.link().writable()) {
                client.pauseReading();
            }
        }
    }

    private void stash(ByteBuf in) {
        pending.append(client.allocator(), in);
        client.pauseReading();
    }

    /** The client has sent no more for now. */
    public void clientPause() {
        TcpOrigin to = origin;
        if (state != State.OPEN || to == null) {
            return;
        }
        to.link().flush();
        if (state == State.OPEN) {
            int moved = toOrigin.pause(client, to.link());
            record.toOrigin(moved);
            if (moved > 0 && state == State.OPEN) {
                client.await(loop.idleTicks);
                pauseIfFull(client, to.link());
            }
        }
    }

    /** The client sends no more. */
    public void clientEnded() {
        if (clientEnded || state == State.DONE) {
            return;
        }
        clientEnded = true;
        if (originEnded) {
            finish();
        } else if (origin != null) {
            origin.link().endOutput();
        }
    }

    /** The client takes more. */
    public void clientWritability(boolean writable) {
        if (writable && origin != null) {
            client.await(loop.idleTicks);
            origin.link().resumeReading();
        }
    }

    // ---- from the origin to the client

    @Override
    public void originBytes(ByteBuf part) {
        Flow flow = toClient;
        if (state != State.OPEN || flow == null) {
            part.release();
            return;
        }
        int size = part.readableBytes();
        flow.read(size);
        record.toClient(size);
        client.write(part);
        if (state == State.OPEN && origin != null) {
            client.await(loop.idleTicks);
            pauseIfFull(origin.link(), client);
        }
    }

    private static void pauseIfFull(Link from, Link to) {
        if (!to.writable()) {
            from.pauseReading();
        }
    }

    @Override
    public void originPause() {
        TcpOrigin from = origin;
        Flow flow = toClient;
        if (state != State.OPEN || from == null || flow == null) {
            return;
        }
        client.flush();
        if (state == State.OPEN) {
            int moved = flow.pause(from.link(), client);
            record.toClient(moved);
            if (moved > 0 && state == State.OPEN) {
                client.await(loop.idleTicks);
                pauseIfFull(from.link(), client);
            }
        }
    }

    @Override
    public void originWritability(boolean writable) {
        if (writable && state == State.OPEN) {
            client.await(loop.idleTicks);
            client.resumeReading();
        }
    }

    @Override
    public void originEnded() {
        if (state != State.OPEN) {
            return;
        }
        originEnded = true;
        client.flush();
        if (clientEnded) {
            finish();
        } else {
            client.endOutput();
        }
    }

    @Override
    public void originBroken(Failure failure) {
        origin = null;
        if (state == State.OPEN) {
            try {
                if (failure.side() == Failure.Side.UPSTREAM) {
                    tries.failed(failure);
                }
                fail(failure);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    // ---- the end

    /** Nothing has passed for the idle time, as far as is known here. */
    public void waitExpired() {
        TcpOrigin to = origin;
        if (state != State.OPEN || to == null) {
            return;
        }
        // A peer may take what waits for it so slowly that nothing new is read.
        boolean clientMoves = client.progressed();
        boolean originMoves = to.link().progressed();
        to.link().awaitNothing(); // there is one deadline for both
        if (clientMoves || originMoves) {
            client.await(loop.idleTicks);
        } else {
            fail(Failure.TUNNEL_IDLE);
        }
    }

    /** Whether the client has said where it comes from, or need not say it. */
    public boolean begun() {
        return state != State.WAITING;
    }

    /** Something was thrown that nobody expected. */
    public void failed(Throwable cause) {
        Faults.report("a tcp connection of a client", cause);
        client.account().failed(cause);
        fail(Failure.INTERNAL);
        client.close(); // whatever went wrong above
    }

    /** Both sides have ended. */
    private void finish() {
        tries.ended();
        TcpOrigin done = origin;
        origin = null;
        settle(null);
        if (done != null) {
            done.finish();
        }
        client.finish();
    }

    /**
     * The connection cannot go on, or never came about. The client is reset: a mere end would look like all that the
     * origin has to say. So is the origin.
     */
    public void fail(Failure failure) {
        if (state == State.DONE) {
            return;
        }
        TcpOrigin held = origin;
        origin = null;
        if (state != State.WAITING) {
            settle(failure);
        }
        state = State.DONE;
        if (held != null) {
            held.reset();
        }
        client.reset();
    }

    /** Every end of a relay that has begun goes through here, once: it is counted and logged, and waits for nothing. */
    private void settle(@Nullable Failure failure) {
        assert state != State.DONE : state;
        state = State.DONE;
        pending.drop();
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        var stats = exchanges.stats();
        (failure == null ? stats.succeeded : stats.failed).increment();
        if (failure != null) {
            stats.causes(failure).increment();
        }
        stats.exchangesOpen.add(-1);
        try {
            record.end(failure, affinity.pool().value(), tries.current(), client.remoteAddress());
        } finally {
            tries.clear();
        }
    }
}
