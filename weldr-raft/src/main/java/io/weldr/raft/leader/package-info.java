/**
 * Decides whether this node may act as leader, and starts and stops its duties. Start at {@link
 * io.weldr.raft.leader.LeaderProof}: a leader must prove its leadership. {@link io.weldr.raft.leader.LeaderDuties} runs
 * the duties.
 */
@NullMarked
package io.weldr.raft.leader;

import org.jspecify.annotations.NullMarked;
