package io.weldr.core.pool;

/** The state that an operator gave an origin, independent of its health. */
public enum AdminState {
    /** Takes requests while its verdict is up. */
    ENABLED,
    /** Takes no new requests; those under way finish until the deadline. Probed all the same. */
    DRAINING,
    /** Takes no requests and is not probed. */
    MAINTENANCE
}
