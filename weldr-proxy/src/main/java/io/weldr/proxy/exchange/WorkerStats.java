package io.weldr.proxy.exchange;

import io.weldr.proxy.loop.Counter;

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

    public final Counter exchangesOpen = new Counter();
    public final Counter tunnels = new Counter();
    public final Counter bytesToClients = new Counter();
    public final Counter bytesToOrigins = new Counter();
}
