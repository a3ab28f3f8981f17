package io.weldr.core.pool;

/** The Host field that an origin gets. */
public enum HostPolicy {
    /** The one that the client sent. */
    PRESERVE,
    /** The origin's own host and port. */
    REWRITE
}
