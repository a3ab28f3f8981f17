package io.weldr.core.port;

/** Tells which state this node routes by. Any thread; never blocks. */
@FunctionalInterface
public interface RoutingSource {
    /**
     * The revision of a state that every worker of the proxy has taken over. While a worker has not yet taken the
     * newest one, this is an older one. A node that does not proxy routes nothing by an old state: it tells the newest.
     */
    long routedRevision();
}
