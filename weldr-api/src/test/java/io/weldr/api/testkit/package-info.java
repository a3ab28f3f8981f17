/**
 * A small cluster without consensus: {@link io.weldr.api.testkit.TestCluster} applies commands to a real {@code
 * ClusterState} in one process, and each {@link io.weldr.api.testkit.TestNode} serves the real API from it, on real
 * sockets. What fails in a real cluster can be made to fail: no quorum, an unknown outcome, a member that hangs or
 * lags.
 */
@NullMarked
package io.weldr.api.testkit;

import org.jspecify.annotations.NullMarked;
