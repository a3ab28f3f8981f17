package io.weldr.api.admin;

/** The consistency of a read. */
public enum Consistency {
    /** With every change that was acknowledged anywhere before the read. Needs a majority. */
    LINEARIZABLE,
    /** With what this node has applied. Needs nobody. */
    STALE
}
