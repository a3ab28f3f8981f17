package io.weldr.proxy.stats;

/** What one event loop has seen of one origin. Counted there, read anywhere. */
public final class OriginStats {
    /** Complete responses below 500. */
    public final Counter succeeded = new Counter();
    /** Attempts that ended any other way, retried or not. */
    public final Counter failed = new Counter();

    public final Counter connects = new Counter();
    public final Counter connectFailures = new Counter();
    /** Requests sent on a connection that had served another one before. */
    public final Counter reuses = new Counter();
    /** Connections that stand now, busy and idle. */
    public final Counter open = new Counter();
    /** Exchanges that hold a connection now, or wait for one. */
    public final Counter inFlight = new Counter();
    /** Requests that wait for a connection now. */
    public final Counter queued = new Counter();
}
