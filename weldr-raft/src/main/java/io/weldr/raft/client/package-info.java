/**
 * Writes and linearizable reads. Start at {@link io.weldr.raft.client.Gateway}. {@link io.weldr.raft.client.Errands}
 * sends a request to the leader, with retries and a deadline.
 */
@NullMarked
package io.weldr.raft.client;

import org.jspecify.annotations.NullMarked;
