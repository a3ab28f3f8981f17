/**
 * What is done with the data folder of a node that does not run: it gets the state of a backup, or goes on alone after
 * the majority of its cluster was lost. Start at {@link io.weldr.raft.recovery.StoppedNode}.
 *
 * <p>Both make the node the only voter of a <em>new</em> cluster, with a new id. Members of the old cluster that come
 * back later can therefore neither join it nor outvote it.
 */
@NullMarked
package io.weldr.raft.recovery;

import org.jspecify.annotations.NullMarked;
