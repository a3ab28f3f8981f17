package io.weldr.core.balance;

/** How a pool chooses between its origins. */
public enum BalancingKind {
    /** {@link RoundRobin}: exact shares, whatever requests cost. */
    ROUND_ROBIN,
    /** {@link LeastRequests}: for requests that differ much in length. */
    LEAST_REQUESTS,
    /** {@link RandomTwo}: as least requests, for large pools and many nodes. */
    RANDOM_TWO,
    /** {@link HashBalancer}: the requests of one client, or for one thing, go to one origin. */
    HASH
}
