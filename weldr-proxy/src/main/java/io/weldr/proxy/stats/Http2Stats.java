package io.weldr.proxy.stats;

import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.Http2Limit;
import java.util.EnumMap;
import java.util.Map;

/** The counters of one worker for HTTP/2 connections to clients or to origins. Counted on its loop, read anywhere. */
public final class Http2Stats {

    /** Connections that began, and those that stand now. */
    public final Counter connections = new Counter();

    public final Counter connectionsOpen = new Counter();
    /** Streams that began, and those under way now. */
    public final Counter streams = new Counter();

    public final Counter streamsOpen = new Counter();
    /** Streams reset by the peer, and by weldr. */
    public final Counter resetsReceived = new Counter();

    public final Counter resetsSent = new Counter();
    /** Connections whose peer has said that it takes no more streams. */
    public final Counter goAwaysReceived = new Counter();

    private final Map<ErrorCode, Counter> goAways = new EnumMap<>(ErrorCode.class);
    private final Map<Http2Limit, Counter> limits = new EnumMap<>(Http2Limit.class);

    public Http2Stats() {
        for (ErrorCode code : ErrorCode.values()) {
            goAways.put(code, new Counter());
        }
        for (Http2Limit limit : Http2Limit.values()) {
            limits.put(limit, new Counter());
        }
    }

    /** GOAWAY frames sent with that code. */
    public Counter goAways(ErrorCode code) {
        Counter counter = goAways.get(code);
        assert counter != null : code;
        return counter;
    }

    /** How often that limit was exceeded. */
    public Counter limits(Http2Limit limit) {
        Counter counter = limits.get(limit);
        assert counter != null : limit;
        return counter;
    }
}
