package io.weldr.core.port;

import io.weldr.core.listener.ListenerName;
import java.time.Instant;

/**
 * The condition of one listener on this node.
 *
 * @param address where the node listens, or is to listen, as in {@code 10.0.0.100:443}
 * @param reason why the state is what it is, for people; empty when there is nothing to say
 * @param since when the state or its reason last changed
 * @param connections client connections of the listener that stand now
 */
public record ListenerCondition(
        ListenerName name, String address, State state, String reason, Instant since, int connections) {

    /** How a listener stands on this node. */
    public enum State {
        /** The node accepts connections at the address. */
        BOUND,
        /** The address cannot be bound now. The node tries again. */
        RETRYING,
        /** The configuration of this node does not allow the port. */
        NOT_ALLOWED,
        /** The listener was removed, or has another address now. Connections that stand have time to finish. */
        DRAINING
    }

    /** Whether the node accepts connections at the address. */
    public boolean bound() {
        return state == State.BOUND;
    }
}
