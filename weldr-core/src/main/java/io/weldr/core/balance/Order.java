package io.weldr.core.balance;

/** The order in which {@link RoundRobin} gives turns to targets. Immutable. */
sealed interface Order permits Cycle, ShareTree {
    /** Whose turn it is. */
    int at(int turn);

    /** The number of turns in which every target gets a number of turns that is exactly in proportion to its weight. */
    int cycle();
}
