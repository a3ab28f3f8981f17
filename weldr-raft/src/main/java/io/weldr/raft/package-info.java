/**
 * Consensus: the replicated log, who leads, and how a node finds its cluster. Start at RaftCluster, the only
 * type that others need beside its RaftSettings. Nothing of Apache Ratis leaves this module.
 */
@NullMarked
package io.weldr.raft;

import org.jspecify.annotations.NullMarked;
