/**
 * What members say to each other beside Raft, on the same port. {@link io.weldr.raft.peer.PeerPort} answers, {@link
 * io.weldr.raft.peer.PeerLink} asks.
 */
@NullMarked
package io.weldr.raft.peer;

import org.jspecify.annotations.NullMarked;
