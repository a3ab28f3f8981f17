/**
 * Calls between members beside Raft, on the same port. {@link io.weldr.raft.peer.PeerPort} answers calls, and {@link
 * io.weldr.raft.peer.PeerLink} sends them.
 */
@NullMarked
package io.weldr.raft.peer;

import org.jspecify.annotations.NullMarked;
