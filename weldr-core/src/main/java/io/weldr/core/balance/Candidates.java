package io.weldr.core.balance;

/**
 * The state of the origins and of the request, for one pick of a {@link Balancer}. Belongs to one thread; every
 * answer is one or a few reads. Good for one pick only: during a pick, the same question has the same answer.
 */
public interface Candidates {
    /**
     * The number of this pick. The owner counts it up by one for each pick, and it may overflow. Owners that share a
     * balancer start at different numbers. A balancer that needs a random number hashes this one.
     */
    int turn();

    /** Whether this request was sent to that origin already, or could not be. */
    boolean tried(int index);

    /**
     * Whether that origin would refuse this request now: its connections are in use, and its queue is full. A balancer
     * picks it only if every origin that was not tried is full.
     */
    boolean full(int index);

    /** Requests that hold a connection to that origin, or wait for one, as far as the owner knows. */
    int inFlight(int index);

    /** The requests in flight at all origins together. May take a step an origin: a balancer asks once a pick. */
    int totalInFlight();

    /**
     * A hash of what requests of one client have in common ({@link Hashing}), if the route names such a thing and the
     * request has it; else 0. A request whose hash happens to be 0 is balanced like one without a key.
     */
    long key();
}
