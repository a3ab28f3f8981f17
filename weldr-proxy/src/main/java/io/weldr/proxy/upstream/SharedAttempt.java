package io.weldr.proxy.upstream;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.net.ReadBuffers;
import java.util.ArrayDeque;

/**
 * The wait of several requests for one new connection, which they will share if the origin speaks HTTP/2. Nobody knows
 * before how many requests the origin takes at a time: as many wait as RFC 9113 section 6.5.2 asks it to take.
 */
final class SharedAttempt extends Attempt {

    /** An origin should take no fewer. */
    private static final int EXPECTED_STREAMS = 100;

    private final Endpoint endpoint;
    private final ArrayDeque<RequestAttempt> waiting = new ArrayDeque<>();
    private boolean over;

    SharedAttempt(Endpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /** Whether another request may wait for the same connection. */
    boolean takes() {
        waiting.removeIf(Attempt::cancelled);
        return !over && waiting.size() < Math.min(EXPECTED_STREAMS, endpoint.shared.limits.originStreamsMax());
    }

    void add(RequestAttempt request) {
        waiting.add(request);
    }

    @Override
    OriginConnection newConnection(ReadBuffers buffers, ReuseTerms terms) {
        return endpoint.newConnection(buffers, terms);
    }

    @Override
    boolean takesUsed() {
        return false;
    }

    /** Whether all requests have given up. */
    @Override
    boolean cancelled() {
        return waiting.stream().allMatch(Attempt::cancelled);
    }

    @Override
    boolean succeeded(OriginConnection connection) {
        stopWaiting();
        over = true;
        boolean handed = false;
        for (RequestAttempt next = waiting.poll(); next != null; next = waiting.poll()) {
            if (next.cancelled()) {
                continue;
            }
            boolean room = connection instanceof H2Origin shared ? shared.hasRoom() : !handed;
            if (room && next.succeeded(connection)) {
                handed = true;
            } else {
                endpoint.again(next);
            }
        }
        return handed;
    }

    @Override
    void failed(Failure failure) {
        stopWaiting();
        over = true;
        for (RequestAttempt next = waiting.poll(); next != null; next = waiting.poll()) {
            next.failed(failure);
        }
    }

    @Override
    void hand(OriginConnection connection) {
        throw new AssertionError("each request is handed it");
    }

    @Override
    void tell(Failure failure) {
        throw new AssertionError("each request is told");
    }
}
