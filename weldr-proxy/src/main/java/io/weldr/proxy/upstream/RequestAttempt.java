package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ReadBuffers;

/** The wait of one request. */
final class RequestAttempt extends Attempt {

    private final Endpoint endpoint;
    private final ResponseSink sink;

    RequestAttempt(Endpoint endpoint, ResponseSink sink) {
        super(endpoint);
        this.endpoint = endpoint;
        this.sink = sink;
    }

    @Override
    OriginConnection newConnection(ReadBuffers buffers, ReuseTerms terms) {
        return endpoint.newConnection(buffers, terms);
    }

    @Override
    boolean takesUsed() {
        return true;
    }

    @Override
    void hand(OriginConnection connection) {
        sink.connected(connection instanceof H2Origin shared ? shared.take() : (H1Origin) connection);
    }

    @Override
    void tell(Failure failure) {
        sink.notConnected(failure);
    }
}
