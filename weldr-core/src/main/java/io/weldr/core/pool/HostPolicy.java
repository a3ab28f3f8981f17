package io.weldr.core.pool;

/** Which Host field an origin sees. */
public enum HostPolicy {
    /** The one that the client sent. */
    PRESERVE,
    /** The origin's own host and port. */
    REWRITE
}
