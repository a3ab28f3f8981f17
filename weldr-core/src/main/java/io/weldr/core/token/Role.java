package io.weldr.core.token;

/** The role of a caller of the API. Each role may do all that the ones before it may. */
public enum Role {
    /** Reads everything but the list of tokens. */
    VIEWER,
    /** Adds, changes, drains and removes origins, in the pools that its token names. */
    OPERATOR,
    /** Everything. */
    ADMIN;

    /** Whether this role may do what {@code needed} may. */
    public boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }
}
