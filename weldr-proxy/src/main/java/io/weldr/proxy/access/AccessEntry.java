package io.weldr.proxy.access;

/**
 * One line of the access log, before it is formatted. A scratch object: filled anew for each line by the worker that
 * owns it, and read before the next one.
 */
public final class AccessEntry {

    /** What the line is about. */
    public enum Protocol {
        /** An exchange. */
        HTTP,
        /** A connection whose bytes were passed on. Its line has no request, id, status or first byte. */
        TCP
    }

    public Protocol protocol = Protocol.HTTP;
    /** Name of the listener by which the client came. */
    public String listener = "";

    /** What the line is about, if it is not the end. */
    public enum Event {
        END,
        /** A tunnel has begun: it may last for days. */
        TUNNEL_BEGIN
    }

    public Event event = Event.END;

    /** The client's own words. */
    public RequestText text = new RequestText();

    public int majorVersion = 1;
    public int minorVersion;
    public byte[] client = new byte[0];
    public byte[] requestId = new byte[0];
    /** Name of the origin, empty when none was involved. */
    public String origin = "";

    /** Name of the route, empty when none was found. */
    public String route = "";

    /** Name of the pool, empty when the request went to none. */
    public String pool = "";

    /** Version of TLS with the client, empty when the connection is in the clear. */
    public String tlsVersion = "";

    /** Cipher suite of TLS with the client. */
    public String tlsCipher = "";

    /** Name that the client has asked for by TLS, empty when it has asked for none. */
    public byte[] tlsServerName = new byte[0];

    /** Whether a session of TLS was resumed. */
    public boolean tlsResumed;

    public int status;
    /** Passed to the client. */
    public long bytes;
    /** Taken from the client. */
    public long bytesReceived;

    /** How often the request was sent to an origin, or was to be. */
    public int tries;

    /** Until the whole request had come; 0: it came with its head. */
    public long requestMicros;

    /** In queues of origins. */
    public long queueMicros;

    /** To make a connection for the last try; 0: it used one that stood. */
    public long connectMicros;

    /** Of the state by which it was routed. */
    public long revision;

    /** The trace, of {@link #traced} requests. 32 hex digits. */
    public final byte[] traceId = new byte[32];

    public boolean traced;

    public long startedMillis;
    public long totalMicros;
    /** Until the head of the response, or -1. */
    public long firstByteMicros;
    /** Why weldr ended it, empty when all went well. */
    public String failure = "";
}
