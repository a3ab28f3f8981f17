package io.weldr.core.pool;

/** What an operator wants of an origin, whatever its health. */
public enum AdminState {
    /** Takes requests while its verdict is up. */
    ENABLED,
    /** Takes no new requests; those under way finish until the deadline. Probed all the same. */
    DRAINING,
    /** Takes no requests and is not probed. */
    MAINTENANCE
}
