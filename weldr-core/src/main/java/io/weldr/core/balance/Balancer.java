package io.weldr.core.balance;

/**
 * An algorithm that picks one of the origins it was made for. An origin is an index, its place in the list that the
 * balancer was made from. {@link Algorithm} makes one of each kind.
 *
 * <p>Immutable, so that all event loops share one. To make one may take milliseconds: not on an event loop. A pick
 * allocates nothing and takes no lock. Everything that changes comes from the caller, and the same answers of {@link
 * Candidates} give the same pick.
 *
 * <p>No algorithm picks an origin that was tried. An origin that is full is picked only if all that were not tried are
 * full. Otherwise another try follows the algorithm: the one with the next least requests, or the next in the key's
 * order. The requests of an origin that fails are spread over the others in proportion to their weights.
 */
public interface Balancer {
    /** No origin is left: each one was tried, or there is none. */
    int NONE = -1;

    /** The index of an origin that was not tried yet, or {@link #NONE}. */
    int pick(Candidates candidates);
}
