package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.exchange.Passage;
import io.weldr.proxy.exchange.RelayLoop;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ReadBuffers;
import io.weldr.proxy.tls.HandshakeFailure;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client to a listener that passes TLS on: the name that the client asks for decides the pool, by
 * the hosts of routes, and the origin speaks TLS with the client. Confined to its event loop.
 */
final class PassthroughServer extends TcpServer implements Handshakes.Handshaking {
    private final ServerLoop loop;
    private final RelayLoop relays;
    private @Nullable HelloReader reader;
    private Handshakes.@Nullable Place place;
    private boolean over; // the hello was read, or is not waited for any more

    PassthroughServer(ServerLoop loop, RelayLoop relays, ReadBuffers buffers) {
        super(loop, relays, buffers);
        this.loop = loop;
        this.relays = relays;
    }

    @Override
    void begin() {
        place = loop.handshakes.enter(this);
        link().await(loop.handshakeTicks);
    }

    @Override
    public void received(ByteBuf in) {
        if (over) {
            super.received(in);
            return;
        }
        HelloReader from = reader;
        if (from == null) {
            from = new HelloReader(loop.limits.clientHelloBytesMax(), link().account(), link().allocator());
            reader = from;
        }
        switch (from.add(in)) {
            case INCOMPLETE -> {}
            case REFUSED -> failHandshake(from.hello().failure());
            case COMPLETE -> pass(from);
        }
    }

    private void pass(HelloReader from) {
        String name = from.hello().serverName();
        if (name == null) {
            failHandshake(
                    from.hello().malformedName() ? HandshakeFailure.UNKNOWN_NAME : HandshakeFailure.NO_SERVER_NAME);
            return;
        }
        byte[] client = Peer.of(link().remoteAddress(), false).raw();
        Passage passage = Passage.find(loop.entrance, relays, name, client);
        if (passage.denied()) {
            loop.exchanges.stats().causes(Failure.CLIENT_DENIED).increment();
            end(HandshakeFailure.CUT_OFF);
            link().reset();
            return;
        }
        PoolName pool = passage.pool();
        if (pool == null) {
            failHandshake(HandshakeFailure.UNKNOWN_NAME);
            return;
        }
        begin(from, pool);
    }

    private void begin(HelloReader from, PoolName pool) {
        over = true;
        Handshakes.Place left = place;
        if (left != null) {
            loop.handshakes.leave(left);
        }
        ByteBuf first = from.take();
        reader = null;
        link().awaitNothing();
        relay().begin(pool);
        if (first != null) {
            super.received(first);
        }
    }

    @Override
    public void failHandshake(HandshakeFailure failure) {
        if (!over) {
            end(failure);
            HelloReader.refuse(link(), failure, loop.lingerTicks);
        }
    }

    private void end(HandshakeFailure failure) {
        over = true;
        HelloReader from = reader;
        reader = null;
        if (from != null) {
            from.drop();
        }
        Handshakes.Place left = place;
        if (left != null) {
            loop.handshakes.failed(left, failure);
        }
    }

    private boolean gone(HandshakeFailure failure) {
        boolean before = !over;
        if (before) {
            end(failure);
            link().close();
        }
        return before;
    }

    @Override
    public void inputEnded() {
        if (!gone(HandshakeFailure.CLIENT_GONE)) {
            super.inputEnded();
        }
    }

    @Override
    public void waitExpired() {
        if (!gone(HandshakeFailure.TIMEOUT)) {
            super.waitExpired();
        }
    }

    @Override
    public void closed() {
        if (!over) {
            end(HandshakeFailure.CLIENT_GONE);
        }
        super.closed();
    }
}
