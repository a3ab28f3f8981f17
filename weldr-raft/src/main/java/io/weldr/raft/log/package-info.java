/**
 * The Ratis state machine: decodes, applies, publishes, answers, and writes snapshots. Start at {@link
 * io.weldr.raft.log.PoolMachine}. {@code io.weldr.core.state} decides the meaning of a command. The content of
 * an entry must never cause an exception here, because the same entry would stop every node that applies it.
 */
@NullMarked
package io.weldr.raft.log;

import org.jspecify.annotations.NullMarked;
