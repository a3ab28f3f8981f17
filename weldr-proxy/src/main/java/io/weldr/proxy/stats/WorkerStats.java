package io.weldr.proxy.stats;

/** What one worker has done. Counted on its loop, read anywhere, merged on read. */
public final class WorkerStats {
    /** Exchanges whose response came from an origin, whole. */
    public final Counter succeeded = new Counter();
    /** Exchanges that were answered by weldr or broken off. */
    public final Counter failed = new Counter();

    public final Counter retries = new Counter();
    public final Counter connectionsAccepted = new Counter();
    public final Counter connectionsOpen = new Counter();
    /** Connections turned away because the node had enough. */
    public final Counter connectionsRefused = new Counter();
    /** Requests refused as malformed or too large. */
    public final Counter requestsRefused = new Counter();

    /** From the request's head to a connection to an origin; reused ones are not counted. */
    public final Latencies connect = new Latencies();
    /** From the request's head to the head of the response. */
    public final Latencies firstByte = new Latencies();
    /** From the request's head to the last byte either way. */
    public final Latencies total = new Latencies();
    /** Attempts at origins that ended in a response below 500, and those that did not. */
    public final Counter attemptsSucceeded = new Counter();

    public final Counter attemptsFailed = new Counter();
    public final Counter exchangesOpen = new Counter();
    public final Counter tunnels = new Counter();
    public final Counter bytesToClients = new Counter();
    public final Counter bytesToOrigins = new Counter();
}
