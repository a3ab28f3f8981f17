package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.ReadBuffers;
import org.jspecify.annotations.Nullable;

/** A connection to an origin that carries the bytes of one client, whatever they mean. Confined to its event loop. */
public final class TcpOrigin extends OriginConnection {

    private final Link link;
    private final ReadBuffers buffers;
    private @Nullable TcpSink sink;
    private boolean ended;

    /** @param buffers what the connection reads into, and nothing else does */
    TcpOrigin(Endpoint endpoint, ReadBuffers buffers) {
        super(endpoint);
        this.buffers = buffers;
        link = new Link(this, shared.wheel, shared.held, shared.progressTicks);
    }

    TcpOrigin heldBy(TcpSink holder) {
        sink = holder;
        return this;
    }

    @Override
    public Link link() {
        return link;
    }

    /** What the connection reads into. */
    public ReadBuffers buffers() {
        return buffers;
    }

    /** Whatever it is, the client speaks it. */
    @Override
    OriginConnection chosen(@Nullable String protocol, ReuseTerms unused) {
        return this;
    }

    @Override
    public void connected() {
        // TLS may have to stand first: the connector hands it over.
    }

    /** Both sides have ended: closes when what was written has left. */
    public void finish() {
        sink = null;
        link.finish();
    }

    /** Closes so that the origin sees a broken connection. */
    public void reset() {
        sink = null;
        link.reset();
    }

    @Override
    void close() {
        link.close();
    }

    @Override
    void cutOff() {
        broken(Failure.CUT_OFF);
    }

    private void broken(Failure failure) {
        TcpSink told = sink;
        sink = null;
        link.reset();
        if (told != null) {
            told.originBroken(failure);
        }
    }

    @Override
    public void received(ByteBuf in) {
        if (sink == null) {
            in.release();
        } else {
            sink.originBytes(in);
        }
    }

    @Override
    public void receivedAll() {
        if (sink != null) {
            sink.originPause();
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {
        if (sink != null) {
            sink.originWritability(writable);
        }
    }

    @Override
    public void inputEnded() {
        if (sink == null || ended) {
            return;
        }
        ended = true;
        if (link.endIsAuthentic()) {
            sink.originEnded();
        } else {
            broken(Failure.ORIGIN_RESET); // without a word of TLS, anybody may have cut it
        }
    }

    @Override
    public void outputFailed() {
        broken(Failure.ORIGIN_RESET);
    }

    @Override
    public void broken() {
        broken(Failure.ORIGIN_RESET);
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a tcp connection to an origin", cause);
        link.account().failed(cause);
        broken(Failure.INTERNAL);
    }

    @Override
    public void shed() {
        broken(Failure.SHED);
    }

    /** The client's link has the deadline of both. */
    @Override
    public void waitExpired() {}

    @Override
    public void closed() {
        TcpSink told = sink;
        sink = null;
        leave();
        if (told != null) {
            told.originBroken(Failure.ORIGIN_RESET);
        }
    }
}
