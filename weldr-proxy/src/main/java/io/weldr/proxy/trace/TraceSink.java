package io.weldr.proxy.trace;

/** Receives the traces of exchanges. */
@FunctionalInterface
public interface TraceSink {
    /** Takes over the trace of an exchange that has ended. Called on any event loop; must neither block nor lock. */
    void take(ExchangeTrace trace);
}
