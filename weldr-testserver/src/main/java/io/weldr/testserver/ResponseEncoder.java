package io.weldr.testserver;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/**
 * Netty's response encoder, which is told when the answer is one to HEAD. Confined to the event loop of its channel.
 */
final class ResponseEncoder extends HttpResponseEncoder {
    private boolean answersHead;

    /**
     * Says whether the next answer goes without a body whatever its header fields announce (RFC 9110 section 9.3.2).
     */
    void answersHead(boolean now) {
        answersHead = now;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return answersHead || super.isContentAlwaysEmpty(response);
    }
}
