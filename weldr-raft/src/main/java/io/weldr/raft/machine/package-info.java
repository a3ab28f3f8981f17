/**
 * The Ratis state machine: decode, apply, publish, answer, snapshot. Start at {@link
 * io.weldr.raft.machine.PoolMachine}. What a command means is decided in {@code io.weldr.core.state}; nothing here may
 * throw because of what an entry says, since the same entry would bring down every node that applies it.
 */
@NullMarked
package io.weldr.raft.machine;

import org.jspecify.annotations.NullMarked;
