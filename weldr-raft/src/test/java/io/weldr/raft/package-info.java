/** Clusters of three in one process, on real sockets and real disks. Start at {@link io.weldr.raft.TestCluster}. */
@NullMarked
package io.weldr.raft;

import org.jspecify.annotations.NullMarked;
