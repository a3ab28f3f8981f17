/**
 * Consensus: the replicated log, leader election, and the formation of a cluster. Start at RaftCluster, the only
 * type that other modules need beside its RaftSettings. Types of Apache Ratis do not leave this module.
 */
@NullMarked
package io.weldr.raft;

import org.jspecify.annotations.NullMarked;
