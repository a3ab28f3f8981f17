package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Protocol;

/**
 * A connection for which there is no room: it is told so, its request is not looked at, and it is closed. As many as
 * {@link ConnectionLimit} allows linger; the others are closed right behind their answer.
 */
public final class TurnedAway implements Protocol {

    private final ConnectionLimit connections;
    private final ServerLoop loop;
    private final Link link;
    private boolean lingers;

    /** @param connections the limit that was reached */
    public TurnedAway(ConnectionLimit connections, ServerLoop loop) {
        this.connections = connections;
        this.loop = loop;
        link = new Link(this, loop.exchanges.wheel(), loop.exchanges.held(), loop.progressTicks);
    }

    /** The handler of its channel. */
    public Link link() {
        return link;
    }

    @Override
    public void connected() {
        loop.exchanges.stats().causes(Failure.TOO_MANY_CONNECTIONS).increment();
        if (loop.relays != null) {
            link.reset(); // a mere end would look like all that there is to say
            return;
        }
        RequestId id = new RequestId();
        loop.exchanges.ids().make(id);
        Editors editors = loop.exchanges.editors();
        editors.answers().write(Failure.TOO_MANY_CONNECTIONS, editors.writer(), Persistence.CLOSE, false, false, id);
        link.write(editors.written(link.allocator()));
        link.flush();
        lingers = connections.tryLinger();
        if (lingers) {
            link.linger(loop.lingerTicks);
        } else {
            link.finish();
        }
    }

    @Override
    public void received(ByteBuf in) {
        in.release();
    }

    @Override
    public void receivedAll() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void inputEnded() {
        link.finish();
    }

    @Override
    public void outputFailed() {
        link.close();
    }

    @Override
    public void broken() {
        link.close();
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a connection that was turned away", cause);
        link.close();
    }

    @Override
    public void waitExpired() {
        link.close();
    }

    @Override
    public void shed() {
        link.close();
    }

    @Override
    public void closed() {
        if (lingers) {
            connections.lingered();
        }
    }
}
