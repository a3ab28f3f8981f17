package io.weldr.proxy.net;

/** Whoever waits for something until a {@link Deadline}. */
@FunctionalInterface
public interface Expiry {
    /** The deadline has passed and is off now. On the event loop. */
    void expired();
}
