package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ReadBuffers;

/** The wait of one tcp connection of a client. */
final class TcpAttempt extends Attempt {

    private final Endpoint endpoint;
    private final TcpSink sink;

    TcpAttempt(Endpoint endpoint, TcpSink sink) {
        super(endpoint);
        this.endpoint = endpoint;
        this.sink = sink;
    }

    @Override
    OriginConnection newConnection(ReadBuffers buffers, ReuseTerms terms) {
        return new TcpOrigin(endpoint, buffers);
    }

    @Override
    boolean takesUsed() {
        return false;
    }

    @Override
    void hand(OriginConnection connection) {
        sink.connected(((TcpOrigin) connection).heldBy(sink));
    }

    @Override
    void tell(Failure failure) {
        sink.notConnected(failure);
    }
}
