package io.weldr.proxy.limits;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every queue, buffer and wait of the data plane. A value missing here is a limit nobody chose.
 *
 * <p>A limit is declared once, as a field and its accessor. {@link LimitTable} explains the initializer of the field,
 * which has the name, the default and the range. The Javadoc of the accessor has the meaning and the reason for the
 * default. The configuration key ({@code limits-connect-timeout} for {@code connectTimeout}), flag and variable follow
 * from the declaration. Tests compare the declarations with the accessors and with {@code docs/reference/limits.md}.
 *
 * <p>Where the range of a limit includes 0, 0 turns the limit off, unless its Javadoc says something else. Times have a
 * granularity of 100 ms (the deadline wheel): shorter times are rounded up.
 */
public final class ProxyLimits extends LimitTable {

    /** The limits of a node without configuration. A test pins them. */
    public static final ProxyLimits DEFAULTS = new ProxyLimits(Map.of());

    // Message heads.

    private final int requestLineBytesMax = bytes("requestLineBytesMax", 8 * KIB, atLeast(32));

    /** Longest request line. A longer one is answered 414. RFC 9112 section 3 asks for at least 8000 bytes. */
    public int requestLineBytesMax() {
        return requestLineBytesMax;
    }

    private final int headBytesMax = bytes("headBytesMax", 16 * KIB, between(requestLineBytesMax, MIB));

    /**
     * Longest head of a request or response, start line included. A longer one is answered 431, or 502 if it comes from
     * an origin. The default is twice the request line, because browsers allow themselves cookies of 8 KiB.
     */
    public int headBytesMax() {
        return headBytesMax;
    }

    private final int fieldsMax = count("fieldsMax", 100, between(1, 10_000));

    /** Most field lines in a head. More are answered 431. Real heads have 10 to 40. */
    public int fieldsMax() {
        return fieldsMax;
    }

    private final int trailerBytesMax = bytes("trailerBytesMax", 8 * KIB, between(2, MIB));

    /** Longest trailer section of a chunked body. Trailers are checksums and statuses. */
    public int trailerBytesMax() {
        return trailerBytesMax;
    }

    // Bodies.

    private final int chunkLineBytesMax = bytes("chunkLineBytesMax", 256, atLeast(18));

    /** Longest chunk-size line, extensions included. A size has up to 16 digits; extensions are hardly used. */
    public int chunkLineBytesMax() {
        return chunkLineBytesMax;
    }

    private final long requestBodyBytesMax = bytes("requestBodyBytesMax", 0L, atLeast(0));

    /** Longest request body. A longer one is answered 413. Off by default: bodies stream and cost no memory. */
    public long requestBodyBytesMax() {
        return requestBodyBytesMax;
    }

    private final long drainBytesMax = bytes("drainBytesMax", (long) MIB, atLeast(0));

    /**
     * How much of a request body is read and discarded after the origin has ended its side, to keep the client
     * connection; 0: nothing. Beyond this, a new connection is cheaper than reading on.
     */
    public long drainBytesMax() {
        return drainBytesMax;
    }

    private final int backlogHighBytes = bytes("backlogHighBytes", 128 * KIB, atLeast(KIB));

    /** Unsent bytes of one connection at which its source is no longer read. Enough to keep a fast link busy. */
    public int backlogHighBytes() {
        return backlogHighBytes;
    }

    private final int backlogLowBytes = bytes("backlogLowBytes", 32 * KIB, between(1, backlogHighBytes));

    /** Unsent bytes of one connection at which its source is read again. */
    public int backlogLowBytes() {
        return backlogLowBytes;
    }

    private final long heldBytesMax = bytes("heldBytesMax", 0L, atLeast(0));

    /**
     * Bytes that the buffers of the node may hold while they wait, for a slow peer, the rest of a head or an origin;
     * shared evenly by the workers. 0: half of the direct memory of the process. Beyond nine tenths new requests are
     * answered 503, and the connections that hold most are cut.
     */
    public long heldBytesMax() {
        return heldBytesMax;
    }

    // Connections.

    private final int connectionsMax = count("connectionsMax", 20_000, atLeast(1));

    /** Most client connections of the node. More are answered 503 and closed. Idle ones take some 30 MB. */
    public int connectionsMax() {
        return connectionsMax;
    }

    private final int exchangesPerConnectionMax = count("exchangesPerConnectionMax", 0, atLeast(0));

    /** Most requests on one client connection before it is closed. Off by default: reuse costs nothing. */
    public int exchangesPerConnectionMax() {
        return exchangesPerConnectionMax;
    }

    private final int connectionsPerOriginMax = count("connectionsPerOriginMax", 0, atLeast(0));

    /**
     * Most connections to one origin, shared evenly by the workers (rounded up). Off by default: the limit of the
     * origin itself is the better one.
     */
    public int connectionsPerOriginMax() {
        return connectionsPerOriginMax;
    }

    private final int queuePerOriginMax = count("queuePerOriginMax", 1024, atLeast(0));

    /**
     * Most requests of one worker that wait for a connection to one origin; 0: none waits. More are answered 503. A
     * longer queue only makes every request late.
     */
    public int queuePerOriginMax() {
        return queuePerOriginMax;
    }

    private final int idlePerOriginMax = count("idlePerOriginMax", 1024, atLeast(0));

    /** Most idle connections of one worker to one origin; 0: none is kept. Covers bursts; idle ones time out anyway. */
    public int idlePerOriginMax() {
        return idlePerOriginMax;
    }

    // HTTP/2.

    private final int http2StreamsMax = count("http2StreamsMax", 128, between(1, 10_000));

    /**
     * Most streams of one HTTP/2 connection at a time. More are refused with REFUSED_STREAM. RFC 9113 section 5.1.2
     * asks for at least 100; a page seldom has more requests at a time.
     */
    public int http2StreamsMax() {
        return http2StreamsMax;
    }

    private final int http2StreamWindowBytes = bytes("http2StreamWindowBytes", 64 * KIB, between(KIB, 16 * MIB));

    /**
     * Most bytes of one HTTP/2 request body that wait for the origin. Sending more is an error of the client. As much
     * is on its way in one round trip: more helps uploads over long distances, and costs memory for slow origins.
     */
    public int http2StreamWindowBytes() {
        return http2StreamWindowBytes;
    }

    private final int http2BlockFramesMax = count("http2BlockFramesMax", 8, between(1, 1024));

    /** Most frames of one HTTP/2 field block. More end the connection. A block is one frame, or two. */
    public int http2BlockFramesMax() {
        return http2BlockFramesMax;
    }

    private final int http2IdleFramesMax = count("http2IdleFramesMax", 1000, between(10, 1_000_000));

    /**
     * Most HTTP/2 frames of one connection in 10 s that bring nothing forward: SETTINGS, PING, PRIORITY, empty DATA,
     * WINDOW_UPDATE and unknown ones. Each request, and each frame of content either way, pays for some of them. More
     * end the connection. Clients send a ping and two window updates for a frame of content at most.
     */
    public int http2IdleFramesMax() {
        return http2IdleFramesMax;
    }

    private final int http2ResetsMax = count("http2ResetsMax", 300, between(1, 1_000_000));

    /**
     * Most requests that one HTTP/2 connection cancels in 10 s. More end the connection. A browser cancels the
     * requests of a page together; a user who leaves two pages in 10 s stays below.
     */
    public int http2ResetsMax() {
        return http2ResetsMax;
    }

    private final int http2ProvokedResetsMax = count("http2ProvokedResetsMax", 50, between(1, 1_000_000));

    /**
     * Most streams of one HTTP/2 connection in 10 s that weldr resets because of what the client did. More end the
     * connection. A sound client causes none.
     */
    public int http2ProvokedResetsMax() {
        return http2ProvokedResetsMax;
    }

    private final int handshakesMax = count("handshakesMax", 1024, atLeast(1));

    /**
     * Most handshakes of TLS with clients at a time, shared evenly by the workers (rounded up). Beyond, the oldest
     * ends: it should have ended long ago.
     */
    public int handshakesMax() {
        return handshakesMax;
    }

    private final int clientHelloBytesMax = bytes("clientHelloBytesMax", 16 * KIB, between(512, 64 * KIB));

    /** Longest ClientHello, with all records that it comes in. Real ones have up to 2 KiB. */
    public int clientHelloBytesMax() {
        return clientHelloBytesMax;
    }

    private final int originStreamsMax = count("originStreamsMax", 100, between(1, 10_000));

    /**
     * Most requests of one HTTP/2 connection to an origin at a time. The origin may allow fewer. More requests get
     * another connection: one alone would make them wait for each other when a packet is lost.
     */
    public int originStreamsMax() {
        return originStreamsMax;
    }

    private final int originStreamWindowBytes = bytes("originStreamWindowBytes", 256 * KIB, between(KIB, 16 * MIB));

    /**
     * Most bytes of one HTTP/2 response that wait for the client. The origin sends as much in one round trip: 256 KiB
     * are 25 MB a second at 10 ms.
     */
    public int originStreamWindowBytes() {
        return originStreamWindowBytes;
    }

    private final Duration originPingInterval = timeOrOff("originPingInterval", ofMinutes(6));

    /**
     * How long an HTTP/2 origin with requests under way may be silent before it is asked whether it is there. Servers
     * of gRPC close connections that ask more often than every five minutes.
     */
    public Duration originPingInterval() {
        return originPingInterval;
    }

    private final Duration originPingTimeout = time("originPingTimeout", ofSeconds(20));

    /** Until an HTTP/2 origin has answered that. Then it is dead, and so are the requests. */
    public Duration originPingTimeout() {
        return originPingTimeout;
    }

    // Retries and ejection.

    private final int connectTriesMax = count("connectTriesMax", 3, between(1, 16));

    /** Most connection attempts for one request, the first included. Three dead origins in a row are an outage. */
    public int connectTriesMax() {
        return connectTriesMax;
    }

    private final int retryPercentMax = percent("retryPercentMax", 20, atLeast(0));

    /** Retries as a share of requests; 0: only {@link #retryBurstMax}. A failing pool must not see its load doubled. */
    public int retryPercentMax() {
        return retryPercentMax;
    }

    private final int retryBurstMax = count("retryBurstMax", 10, atLeast(0));

    /** Retries that are always allowed in one second, so that quiet services can retry at all; 0: none. */
    public int retryBurstMax() {
        return retryBurstMax;
    }

    private final int ejectAfterFailures = count("ejectAfterFailures", 5, atLeast(0));

    /**
     * Consecutive failures (connect errors, broken answers, 502 to 504) after which this node stops using an origin for
     * a while; 0 is off. So many failures in a row are no chance.
     */
    public int ejectAfterFailures() {
        return ejectAfterFailures;
    }

    private final int ejectSharePercentMax = percent("ejectSharePercentMax", 50, between(0, 100));

    /** Largest share of a pool that is ejected at a time; 0: none. When most origins fail, they are not the cause. */
    public int ejectSharePercentMax() {
        return ejectSharePercentMax;
    }

    private final Duration ejectTime = time("ejectTime", ofSeconds(5));

    /** Length of the first ejection. Each further ejection in a row lasts that much longer. */
    public Duration ejectTime() {
        return ejectTime;
    }

    private final Duration ejectTimeMax = time("ejectTimeMax", ofMinutes(5));

    /** Longest ejection. */
    public Duration ejectTimeMax() {
        return ejectTimeMax;
    }

    // Timeouts.

    private final Duration connectTimeout = time("connectTimeout", ofMillis(1500));

    /**
     * Until a TCP connection to one address stands. One SYN that is sent again (after 1 s, RFC 6298) fits in, so one
     * lost packet is no error. A second one (after 3 s) does not, so a dead origin costs little before another one is
     * tried.
     */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    private final Duration tlsTimeout = time("tlsTimeout", ofSeconds(5));

    /** Until TLS to an origin stands: two round trips and a slow key operation. */
    public Duration tlsTimeout() {
        return tlsTimeout;
    }

    private final Duration handshakeTimeout = time("handshakeTimeout", ofSeconds(10));

    /** From a client's connection to the end of its handshake of TLS. Then it is closed: slow clients hold memory. */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    private final Duration requestHeadTimeout = time("requestHeadTimeout", ofSeconds(10));

    /** From the first byte of a request to the end of its head. Then 408: slow senders hold connections open. */
    public Duration requestHeadTimeout() {
        return requestHeadTimeout;
    }

    private final Duration responseHeadTimeout = time("responseHeadTimeout", ofSeconds(60));

    /** From the end of a request to the head of its final response. Then 504. Slow reports exist. */
    public Duration responseHeadTimeout() {
        return responseHeadTimeout;
    }

    private final Duration clientIdleTimeout = time("clientIdleTimeout", ofMinutes(2));

    /**
     * Until an unused client connection is closed. Longer than most clients keep one (Chrome is the exception: 300 s),
     * so that closing rarely races with a new request.
     */
    public Duration clientIdleTimeout() {
        return clientIdleTimeout;
    }

    private final Duration originIdleTimeout = time("originIdleTimeout", ofSeconds(50));

    /**
     * Until an unused origin connection is closed. Shorter than the 60 s to 75 s of common servers, for the same
     * reason.
     */
    public Duration originIdleTimeout() {
        return originIdleTimeout;
    }

    private final Duration originConnectionAgeMax = timeOrOff("originConnectionAgeMax", ofMinutes(5));

    /**
     * Age from which an origin connection is not reused. Each connection gets three quarters of it to all of it, so
     * that they do not all turn over at once. Behind one address may be several servers, and a new one of them gets its
     * share only of new connections.
     */
    public Duration originConnectionAgeMax() {
        return originConnectionAgeMax;
    }

    private final Duration clientProgressTimeout = time("clientProgressTimeout", ofSeconds(30));

    /** Longest pause of a client that sends a body or takes a response. A stalled client is gone. */
    public Duration clientProgressTimeout() {
        return clientProgressTimeout;
    }

    private final Duration originProgressTimeout = time("originProgressTimeout", ofSeconds(60));

    /** Longest pause of an origin that sends a body or takes a request. A stalled origin may still be computing. */
    public Duration originProgressTimeout() {
        return originProgressTimeout;
    }

    private final Duration tunnelIdleTimeout = time("tunnelIdleTimeout", ofMinutes(10));

    /** Longest silence in a tunnel (WebSocket). Most keep-alives are 30 s to 60 s apart. */
    public Duration tunnelIdleTimeout() {
        return tunnelIdleTimeout;
    }

    private final Duration queueTimeout = time("queueTimeout", ofSeconds(2));

    /** Longest wait for a connection to an origin at its limit. Then 503: clients that wait longer have given up. */
    public Duration queueTimeout() {
        return queueTimeout;
    }

    private final Duration exchangeTimeout = timeOrOff("exchangeTimeout", Duration.ZERO);

    /** Longest whole exchange. Off by default: downloads and event streams last as long as they last. */
    public Duration exchangeTimeout() {
        return exchangeTimeout;
    }

    private final Duration lingerTimeout = time("lingerTimeout", ofSeconds(1));

    /**
     * How long bytes of a refused client are read and discarded, so that it can read the answer (RFC 9112 section 9.6).
     */
    public Duration lingerTimeout() {
        return lingerTimeout;
    }

    // Metrics.

    private final int httpSeriesMax = count("httpSeriesMax", 1000, between(1, 100_000));

    /**
     * Most combinations of listener, route and pool that have series of their own in {@code weldr_http_requests_total}
     * and in the times of routes. Requests of further ones are counted as {@code other}. A combination has up to 24
     * series.
     */
    public int httpSeriesMax() {
        return httpSeriesMax;
    }

    private final int originSeriesMax = count("originSeriesMax", 500, between(1, 100_000));

    /**
     * Most origins that have series of their own in {@code weldr_origin_request_duration_seconds}, 19 for each. Further
     * ones are counted as {@code other} of their pool.
     */
    public int originSeriesMax() {
        return originSeriesMax;
    }

    private ProxyLimits(Map<String, Object> given) {
        super(given);
    }

    /** All limits with their defaults and ranges, in the order of this class. */
    public static List<Limit> all() {
        return DEFAULTS.declared();
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder(Map.of());
    }

    /** The same limits but one. {@link #builder} changes several that go only with each other. */
    public ProxyLimits with(String limit, Object value) {
        return new Builder(values()).set(limit, value).build();
    }

    /** Collects the values that are not the defaults. {@link #build} checks all limits together. */
    public static final class Builder {
        private final Map<String, Object> given;

        private Builder(Map<String, Object> given) {
            this.given = new HashMap<>(given);
        }

        /**
         * Sets one limit.
         *
         * @param value a {@link Duration} for a time; an Integer or a Long for everything else
         * @throws IllegalArgumentException there is no such limit
         */
        public Builder set(String limit, Object value) {
            List<String> names = all().stream().map(Limit::name).toList();
            if (!names.contains(limit)) {
                throw new IllegalArgumentException("limit: " + limit + " (expected: one of " + names + ")");
            }
            given.put(limit, value);
            return this;
        }

        /**
         * Checks all limits together.
         *
         * @throws LimitException a value is of the wrong type, or out of the range that the other limits leave
         */
        public ProxyLimits build() {
            return new ProxyLimits(given);
        }
    }
}
