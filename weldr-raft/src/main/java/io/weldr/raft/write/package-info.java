/**
 * The road down and the proof of a read. Start at {@link io.weldr.raft.write.Gateway}; {@link
 * io.weldr.raft.write.Errands} is how anything finds the leader and comes back in time.
 */
@NullMarked
package io.weldr.raft.write;

import org.jspecify.annotations.NullMarked;
