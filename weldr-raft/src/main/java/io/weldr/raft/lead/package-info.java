/**
 * Who may act as leader, and what follows from it. Start at {@link io.weldr.raft.lead.LeaderProof}: leadership is
 * proved, not believed. {@link io.weldr.raft.lead.LeaderDuties} starts and stops what only the leader does.
 */
@NullMarked
package io.weldr.raft.lead;

import org.jspecify.annotations.NullMarked;
