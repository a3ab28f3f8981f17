package io.weldr.proxy.net;

/** The owner of a {@link Deadline}: waits for something until it has passed. */
@FunctionalInterface
public interface Expiry {
    /** The deadline has passed and is off now. On the event loop. */
    void expired();
}
