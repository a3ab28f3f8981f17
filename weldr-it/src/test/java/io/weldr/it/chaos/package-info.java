/**
 * Faults, while clients write and read through all nodes and traffic flows: what was acknowledged must be there, and
 * nothing else. Start at {@link io.weldr.it.chaos.ChaosIT}; {@link io.weldr.it.chaos.Faults} is what is done to the
 * cluster, {@link io.weldr.it.chaos.Clients} what goes on meanwhile, {@link io.weldr.it.chaos.Linearizability} the
 * judge.
 */
@NullMarked
package io.weldr.it.chaos;

import org.jspecify.annotations.NullMarked;
