package io.weldr.proxy.http;

import java.util.Locale;

/**
 * All that can go wrong with an exchange, its cause in one word: in which stage, on whose side, what it answers, and
 * whether trying again is safe. The table is the policy; no other place maps a failure to a status. The word is the
 * same in the answer, in the access log and in the counters.
 */
public enum Failure {
    BAD_START_LINE(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "malformed request line"),
    BAD_TARGET(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "malformed or unsupported request target"),
    BAD_FIELD(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "malformed field line"),
    BAD_HOST(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "missing, repeated or malformed Host"),
    BAD_FRAMING(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "ambiguous message framing"),
    BAD_CHUNK(Stage.RECEIVE, Side.DOWNSTREAM, 400, Retry.NEVER, "malformed chunked body"),
    BAD_VERSION(Stage.RECEIVE, Side.DOWNSTREAM, 505, Retry.NEVER, "unsupported HTTP version"),
    METHOD_REFUSED(Stage.RECEIVE, Side.DOWNSTREAM, 405, Retry.NEVER, "method not allowed"),
    BAD_EXPECTATION(Stage.RECEIVE, Side.DOWNSTREAM, 417, Retry.NEVER, "unknown expectation"),
    URI_TOO_LONG(Stage.RECEIVE, Side.DOWNSTREAM, 414, Retry.NEVER, "request line too long"),
    HEAD_TOO_LARGE(Stage.RECEIVE, Side.DOWNSTREAM, 431, Retry.NEVER, "request head too large"),
    BODY_TOO_LARGE(Stage.RECEIVE, Side.DOWNSTREAM, 413, Retry.NEVER, "request body too large"),
    HEAD_TIMEOUT(Stage.RECEIVE, Side.DOWNSTREAM, 408, Retry.NEVER, "request head took too long"),
    BODY_TIMEOUT(Stage.RECEIVE, Side.DOWNSTREAM, 408, Retry.NEVER, "request body made no progress"),
    /** A connection of a network from which each has to begin with it. */
    BAD_PROXY_HEADER(Stage.RECEIVE, Side.DOWNSTREAM, 0, Retry.NEVER, "no valid PROXY protocol header"),
    /** The client stopped taking the response: there is nobody to answer. */
    CLIENT_STALLED(Stage.RESPOND, Side.DOWNSTREAM, 0, Retry.NEVER, "client stopped reading"),
    CLIENT_GONE(Stage.ANY, Side.DOWNSTREAM, 0, Retry.NEVER, "client closed the connection"),

    CONNECT_FAILED(Stage.CONNECT, Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin refused the connection"),
    CONNECT_TIMEOUT(Stage.CONNECT, Side.UPSTREAM, 504, Retry.ANY_METHOD, "origin did not accept a connection in time"),
    UNKNOWN_HOST(Stage.CONNECT, Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin name does not resolve"),
    TLS_FAILED(Stage.CONNECT, Side.UPSTREAM, 502, Retry.ANY_METHOD, "no secure connection to the origin"),
    NOT_HTTP2(Stage.CONNECT, Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin does not speak HTTP/2"),
    /** A reused connection died before the first byte of an answer: the origin most likely closed it while idle. */
    DEAD_REUSED(Stage.AWAIT, Side.UPSTREAM, 502, Retry.IDEMPOTENT_ONLY, "origin closed the connection"),
    /** A new connection ended before the first byte of an answer. */
    NO_RESPONSE(
            Stage.AWAIT, Side.UPSTREAM, 502, Retry.IDEMPOTENT_ONLY, "origin closed the connection without an answer"),
    /** The origin takes no more requests on the connection, and has said that it did not look at this one. */
    NOT_PROCESSED(Stage.AWAIT, Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin did not process the request"),
    /** REFUSED_STREAM: the origin did nothing with the request. */
    STREAM_REFUSED(Stage.AWAIT, Side.UPSTREAM, 503, Retry.ANY_METHOD, "origin refused the request"),
    /** With any other code. A client that speaks HTTP/2 gets the same. */
    STREAM_RESET(Stage.ANY, Side.UPSTREAM, 502, Retry.NEVER, "origin reset the stream"),
    ORIGIN_CLOSED(Stage.AWAIT, Side.UPSTREAM, 502, Retry.NEVER, "origin closed the connection within its answer"),
    REQUEST_STALLED(Stage.AWAIT, Side.UPSTREAM, 504, Retry.NEVER, "origin stopped taking the request"),
    RESPONSE_TIMEOUT(Stage.AWAIT, Side.UPSTREAM, 504, Retry.NEVER, "origin did not answer in time"),
    BAD_RESPONSE(Stage.AWAIT, Side.UPSTREAM, 502, Retry.NEVER, "malformed response from the origin"),
    RESPONSE_HEAD_TOO_LARGE(Stage.AWAIT, Side.UPSTREAM, 502, Retry.NEVER, "response head from the origin too large"),
    BAD_RESPONSE_FRAMING(Stage.AWAIT, Side.UPSTREAM, 502, Retry.NEVER, "ambiguous framing from the origin"),
    UNASKED_UPGRADE(Stage.AWAIT, Side.UPSTREAM, 502, Retry.NEVER, "origin switched protocols without being asked"),
    BAD_RESPONSE_CHUNK(Stage.RESPOND, Side.UPSTREAM, 502, Retry.NEVER, "malformed chunked body from the origin"),
    TRUNCATED(Stage.RESPOND, Side.UPSTREAM, 502, Retry.NEVER, "origin ended the response early"),
    RESPONSE_STALLED(Stage.RESPOND, Side.UPSTREAM, 504, Retry.NEVER, "origin made no progress"),
    /** The origin of a tcp connection. It may be its answer to what the client has sent: no sign that it is ill. */
    ORIGIN_RESET(Stage.TUNNEL, Side.UPSTREAM, 0, Retry.NEVER, "origin reset the connection"),

    /** The client was shown a certificate that is not for the host that it asks for (RFC 9110 section 15.5.20). */
    MISDIRECTED(
            Stage.ROUTE, Side.DOWNSTREAM, 421, Retry.NEVER, "the certificate of this connection is not for that host"),
    NO_ROUTE(Stage.ROUTE, Side.DOWNSTREAM, 404, Retry.NEVER, "no route takes this request"),
    /** The address of the client is in no network that the route allows, or in one that it denies. */
    CLIENT_DENIED(Stage.ROUTE, Side.DOWNSTREAM, 403, Retry.NEVER, "the route does not admit this client"),
    RATE_LIMITED(Stage.ROUTE, Side.DOWNSTREAM, 429, Retry.NEVER, "too many requests"),
    NO_ORIGIN_UP(Stage.ROUTE, Side.PROXY, 503, Retry.NEVER, "no origin is up"),
    QUEUE_FULL(Stage.ROUTE, Side.PROXY, 503, Retry.ANY_METHOD, "too many requests wait for the origin"),
    QUEUE_TIMEOUT(Stage.ROUTE, Side.PROXY, 503, Retry.ANY_METHOD, "origin stayed at its connection limit"),
    TOO_MANY_CONNECTIONS(Stage.RECEIVE, Side.PROXY, 503, Retry.NEVER, "too many connections"),
    MEMORY_FULL(Stage.RECEIVE, Side.PROXY, 503, Retry.NEVER, "too many bytes wait for slow peers"),
    /** The connection held more bytes than any other when there was no more room. */
    SHED(Stage.ANY, Side.PROXY, 0, Retry.NEVER, "connection closed to free memory"),
    /** An origin of this cluster, or of one with the same name in Via, leads back to weldr: no origin has answered. */
    LOOP_DETECTED(
            Stage.ROUTE,
            Side.PROXY,
            508,
            Retry.NEVER,
            "the request has passed through weldr several times: an origin leads back to it"),
    EXCHANGE_TIMEOUT(Stage.ANY, Side.PROXY, 504, Retry.NEVER, "exchange took too long"),
    /** The time that an origin or the node had to drain is over, and the response has begun. */
    CUT_OFF(Stage.ANY, Side.PROXY, 0, Retry.NEVER, "connection closed by the proxy"),
    /** Nothing has passed through a tunnel for too long: an ordinary end. */
    TUNNEL_IDLE(Stage.TUNNEL, Side.PROXY, 0, Retry.NEVER, "tunnel was silent for too long"),
    INTERNAL(Stage.ANY, Side.PROXY, 500, Retry.NEVER, "internal error");

    /** How far the exchange had come. */
    public enum Stage {
        /** The request is read. */
        RECEIVE,
        /** An origin is chosen, or its queue waited in. */
        ROUTE,
        /** A connection to the origin is made. */
        CONNECT,
        /** The request is sent, and the head of the response waited for. */
        AWAIT,
        /** The response is passed on. */
        RESPOND,
        TUNNEL,
        /** It can happen at any time. */
        ANY
    }

    /** Who caused it. */
    public enum Side {
        DOWNSTREAM,
        PROXY,
        UPSTREAM
    }

    /** Whether the request may be sent once more. */
    public enum Retry {
        /** The origin may be at work on it, or it was the client's fault. */
        NEVER,
        /** It may have been seen: only methods for which a second delivery does no harm (RFC 9110 section 9.2.2). */
        IDEMPOTENT_ONLY,
        /** Nothing was sent. */
        ANY_METHOD
    }

    private final Stage stage;
    private final Side side;
    private final int status;
    private final Retry retry;
    private final String detail;
    private final String cause;

    Failure(Stage stage, Side side, int status, Retry retry, String detail) {
        cause = name().toLowerCase(Locale.ROOT);
        this.stage = stage;
        this.side = side;
        this.status = status;
        this.retry = retry;
        this.detail = detail;
    }

    /** The cause in one word, as in {@code connect_failed}. */
    public String cause() {
        return cause;
    }

    public Stage stage() {
        return stage;
    }

    public Side side() {
        return side;
    }

    /** Status code of the answer, or 0 when there is nobody to answer. */
    public int status() {
        return status;
    }

    public Retry retry() {
        return retry;
    }

    /** What the answer says, in words for people. */
    public String detail() {
        return detail;
    }

    /**
     * Whether it is a sign that the origin is ill. A malformed response may be the answer to what one client has asked
     * for. That idle connections are closed is no sign either: many may go at once, when the origin waits for less long
     * than we do. If it is ill, the next connection shows it.
     */
    public boolean speaksAgainstOrigin() {
        return switch (this) {
            case CONNECT_FAILED,
                    CONNECT_TIMEOUT,
                    UNKNOWN_HOST,
                    TLS_FAILED,
                    NOT_HTTP2,
                    STREAM_REFUSED,
                    NO_RESPONSE,
                    ORIGIN_CLOSED,
                    TRUNCATED,
                    RESPONSE_TIMEOUT,
                    REQUEST_STALLED,
                    RESPONSE_STALLED -> true;
            default -> false;
        };
    }

    /** The same mistake made by an origin, for checks shared by requests and responses. */
    public Failure ofResponse() {
        return switch (this) {
            case BAD_FRAMING -> BAD_RESPONSE_FRAMING;
            case BAD_CHUNK -> BAD_RESPONSE_CHUNK;
            case HEAD_TOO_LARGE -> RESPONSE_HEAD_TOO_LARGE;
            default -> side == Side.DOWNSTREAM ? BAD_RESPONSE : this;
        };
    }
}
