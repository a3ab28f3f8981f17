package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Protocol;
import io.weldr.proxy.streams.StreamOutput;

/**
 * A connection for which there is no room: it is told so, its request is not looked at, and it is closed. Where clients
 * may speak HTTP/2 without being asked, their first bytes are awaited to tell them in that way. As many as
 * {@link ConnectionLimit} allows linger; the others are closed right behind their answer.
 */
public final class TurnedAway implements Protocol {

    private final ConnectionLimit connections;
    private final ServerLoop loop;
    private final Link link;
    private boolean lingers;
    private int prefaceSeen; // bytes of the preface of HTTP/2 that have come

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
        if (loop.relays != null || loop.terms.certificates() != null) {
            link.reset(); // a mere end would look like all that there is to say; a handshake would cost what there
            // is not
            return;
        }
        lingers = connections.tryLinger();
        if (lingers && loop.terms.http2()) {
            link.await(loop.lingerTicks); // its first bytes say how it is told
        } else {
            answerHttp1();
        }
    }

    private void answerHttp1() {
        RequestId id = new RequestId();
        loop.exchanges.ids().make(id);
        Editors editors = loop.exchanges.editors();
        editors.answers().write(Failure.TOO_MANY_CONNECTIONS, editors.writer(), Persistence.CLOSE, false, false, id);
        link.write(editors.written(link.allocator()));
        end();
    }

    /** No request of the connection was looked at: RFC 9113 section 6.8. */
    private void answerHttp2() {
        FrameWriter frames = new StreamOutput(link, this::failed).frames();
        frames.settings(
                loop.limits.http2StreamsMax(), loop.limits.http2StreamWindowBytes(), loop.limits.headBytesMax());
        frames.goAway(0, ErrorCode.NO_ERROR, Failure.TOO_MANY_CONNECTIONS.detail());
        loop.exchanges.stats().http2.goAways(ErrorCode.NO_ERROR).increment();
        frames.flush();
        end();
    }

    private void end() {
        link.flush();
        if (lingers) {
            link.linger(loop.lingerTicks);
        } else {
            link.finish();
        }
    }

    @Override
    public void received(ByteBuf in) {
        try {
            boolean same = true;
            while (same && in.isReadable() && prefaceSeen < Frames.PREFACE_BYTES) {
                same = in.readByte() == Frames.preface(prefaceSeen++);
            }
            if (!same) {
                answerHttp1();
            } else if (prefaceSeen == Frames.PREFACE_BYTES) {
                answerHttp2();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void receivedAll() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void inputEnded() {
        answerHttp1();
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
        answerHttp1();
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
