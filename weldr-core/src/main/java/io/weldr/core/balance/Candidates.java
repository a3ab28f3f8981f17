package io.weldr.core.balance;

/**
 * What a {@link Balancer} may ask about the origins and the request for which it picks one. Belongs to one thread;
 * every answer is one or a few reads. Good for one pick only.
 */
public interface Candidates {
    /**
     * The number of this pick. The owner counts it up by one for each pick, and it may overflow. Owners that share a
     * balancer start at different numbers. A balancer that needs a random number hashes this one.
     */
    int turn();

    /** Whether this request was sent to that origin already, or could not be. */
    boolean tried(int index);

    /** Requests that hold a connection to that origin, or wait for one, as far as the owner knows. */
    int inFlight(int index);

    /** A hash of what requests of one client have in common, if the route names such a thing; else 0. */
    long key();
}
