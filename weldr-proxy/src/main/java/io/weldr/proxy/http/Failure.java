package io.weldr.proxy.http;

/**
 * All that can go wrong with an exchange: whose side it is on, what it answers, and whether trying again is safe.
 * The table is the policy; no other place maps a failure to a status.
 */
public enum Failure {
    BAD_START_LINE(Side.DOWNSTREAM, 400, Retry.NEVER, "malformed request line"),
    BAD_TARGET(Side.DOWNSTREAM, 400, Retry.NEVER, "malformed or unsupported request target"),
    BAD_FIELD(Side.DOWNSTREAM, 400, Retry.NEVER, "malformed field line"),
    BAD_HOST(Side.DOWNSTREAM, 400, Retry.NEVER, "missing, repeated or malformed Host"),
    BAD_FRAMING(Side.DOWNSTREAM, 400, Retry.NEVER, "ambiguous message framing"),
    BAD_CHUNK(Side.DOWNSTREAM, 400, Retry.NEVER, "malformed chunked body"),
    BAD_VERSION(Side.DOWNSTREAM, 505, Retry.NEVER, "unsupported HTTP version"),
    METHOD_REFUSED(Side.DOWNSTREAM, 405, Retry.NEVER, "method not allowed"),
    BAD_EXPECTATION(Side.DOWNSTREAM, 417, Retry.NEVER, "unknown expectation"),
    URI_TOO_LONG(Side.DOWNSTREAM, 414, Retry.NEVER, "request line too long"),
    HEAD_TOO_LARGE(Side.DOWNSTREAM, 431, Retry.NEVER, "request head too large"),
    BODY_TOO_LARGE(Side.DOWNSTREAM, 413, Retry.NEVER, "request body too large"),
    HEAD_TIMEOUT(Side.DOWNSTREAM, 408, Retry.NEVER, "request head took too long"),
    BODY_TIMEOUT(Side.DOWNSTREAM, 408, Retry.NEVER, "request body made no progress"),
    /** The client stopped taking the response: there is nobody to answer. */
    CLIENT_STALLED(Side.DOWNSTREAM, 0, Retry.NEVER, "client stopped reading"),
    CLIENT_GONE(Side.DOWNSTREAM, 0, Retry.NEVER, "client closed the connection"),

    CONNECT_FAILED(Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin refused the connection"),
    CONNECT_TIMEOUT(Side.UPSTREAM, 504, Retry.ANY_METHOD, "origin did not accept a connection in time"),
    UNKNOWN_HOST(Side.UPSTREAM, 502, Retry.ANY_METHOD, "origin name does not resolve"),
    TLS_FAILED(Side.UPSTREAM, 502, Retry.ANY_METHOD, "no secure connection to the origin"),
    /** A reused connection died before the first byte of an answer: the origin most likely closed it while idle. */
    DEAD_REUSED(Side.UPSTREAM, 502, Retry.IDEMPOTENT_ONLY, "origin closed the connection"),
    ORIGIN_CLOSED(Side.UPSTREAM, 502, Retry.NEVER, "origin closed the connection"),
    BAD_RESPONSE(Side.UPSTREAM, 502, Retry.NEVER, "malformed response from the origin"),
    RESPONSE_HEAD_TOO_LARGE(Side.UPSTREAM, 502, Retry.NEVER, "response head from the origin too large"),
    BAD_RESPONSE_FRAMING(Side.UPSTREAM, 502, Retry.NEVER, "ambiguous framing from the origin"),
    BAD_RESPONSE_CHUNK(Side.UPSTREAM, 502, Retry.NEVER, "malformed chunked body from the origin"),
    UNASKED_UPGRADE(Side.UPSTREAM, 502, Retry.NEVER, "origin switched protocols without being asked"),
    TRUNCATED(Side.UPSTREAM, 502, Retry.NEVER, "origin ended the response early"),
    RESPONSE_TIMEOUT(Side.UPSTREAM, 504, Retry.NEVER, "origin did not answer in time"),
    ORIGIN_STALLED(Side.UPSTREAM, 504, Retry.NEVER, "origin made no progress"),

    NO_ORIGIN_UP(Side.PROXY, 503, Retry.NEVER, "no origin is up"),
    QUEUE_FULL(Side.PROXY, 503, Retry.NEVER, "too many requests wait for the origin"),
    QUEUE_TIMEOUT(Side.PROXY, 503, Retry.NEVER, "origin stayed at its connection limit"),
    TOO_MANY_CONNECTIONS(Side.PROXY, 503, Retry.NEVER, "too many connections"),
    EXCHANGE_TIMEOUT(Side.PROXY, 504, Retry.NEVER, "exchange took too long"),
    /** A tunnel or drain reached its deadline: an ordinary end, no answer. */
    CUT_OFF(Side.PROXY, 0, Retry.NEVER, "connection closed by the proxy"),
    INTERNAL(Side.PROXY, 500, Retry.NEVER, "internal error");

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

    private final Side side;
    private final int status;
    private final Retry retry;
    private final String detail;

    Failure(Side side, int status, Retry retry, String detail) {
        this.side = side;
        this.status = status;
        this.retry = retry;
        this.detail = detail;
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
                    ORIGIN_CLOSED,
                    TRUNCATED,
                    RESPONSE_TIMEOUT,
                    ORIGIN_STALLED -> true;
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
