package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.exchange.Relay;
import io.weldr.proxy.exchange.RelayLoop;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ReadBuffers;

/**
 * One connection of a client to a listener of protocol tcp. What it carries is {@link Relay}'s. Confined to its event
 * loop.
 */
class TcpServer extends Client {

    private final ServerLoop loop;
    private final Link link;
    private final Relay relay;

    /** @param buffers what the connection reads into, and nothing else does */
    TcpServer(ServerLoop loop, RelayLoop relays, ReadBuffers buffers) {
        this.loop = loop;
        link = new Link(this, loop.exchanges.wheel(), loop.exchanges.held(), loop.progressTicks);
        relay = new Relay(relays, link, buffers);
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public void connected() {
        loop.clients.add(this);
        begin();
    }

    /** The client is there: its bytes go to the pool of the listener. */
    void begin() {
        PoolName pool = loop.terms.tcp();
        assert pool != null : "of a listener of protocol tcp";
        relay.begin(pool);
    }

    /** What it carries. */
    final Relay relay() {
        return relay;
    }

    @Override
    public void received(ByteBuf in) {
        relay.clientBytes(in);
    }

    @Override
    public void receivedAll() {
        relay.clientPause();
    }

    @Override
    public void writabilityChanged(boolean writable) {
        relay.clientWritability(writable);
    }

    @Override
    public void inputEnded() {
        relay.clientEnded();
    }

    @Override
    public void outputFailed() {
        relay.fail(Failure.CLIENT_GONE);
    }

    @Override
    public void broken() {
        relay.fail(Failure.CLIENT_GONE);
    }

    @Override
    public void failed(Throwable cause) {
        relay.failed(cause);
    }

    @Override
    public void waitExpired() {
        relay.waitExpired();
    }

    @Override
    public void shed() {
        relay.fail(Failure.SHED);
        link.close(); // if it had ended, and had yet to be taken by the client
    }

    /**
     * Connections last as long as they last, up to the deadline; but one that has yet to say where it comes from ends.
     */
    @Override
    void lastCall() {
        if (!relay.begun()) {
            link.close();
        }
    }

    @Override
    void cutOff() {
        relay.fail(Failure.CUT_OFF);
        link.close(); // if it had ended, and had yet to be taken by the client
    }

    @Override
    public void closed() {
        loop.clients.remove(this);
        relay.fail(Failure.CLIENT_GONE);
    }
}
