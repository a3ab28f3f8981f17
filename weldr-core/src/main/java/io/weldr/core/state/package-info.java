/**
 * What the cluster agrees on, and how it changes. {@link io.weldr.core.state.ClusterState} is the immutable whole, a
 * {@link io.weldr.core.state.Command} is one wish to change it, {@link io.weldr.core.state.Outcome} is what became of
 * the wish.
 *
 * <p>Applying is pure and total: no clock, no random, no I/O, and never an exception out of a command that could be
 * built, because the same entry would bring down every node that applies it.
 */
@NullMarked
package io.weldr.core.state;

import org.jspecify.annotations.NullMarked;
