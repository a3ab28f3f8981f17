/**
 * Writes and linearizable reads. Start at {@link io.weldr.raft.write.Gateway}. {@link io.weldr.raft.write.Errands}
 * sends a request to the leader, with retries and a deadline.
 */
@NullMarked
package io.weldr.raft.write;

import org.jspecify.annotations.NullMarked;
