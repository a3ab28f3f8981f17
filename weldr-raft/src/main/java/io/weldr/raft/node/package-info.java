/**
 * How a node with an empty data folder finds or forms its cluster. Start at {@link io.weldr.raft.node.Formation}.
 * The rule: two nodes with emptied disks must never elect each other over the data of the third node.
 *
 * <p>An empty folder first gets a random name, its <em>incarnation</em>, and keeps it for its lifetime. A cluster is
 * formed of incarnations: only when every listed peer answers that it is empty too, with the same list. The node
 * that forms the cluster first records the incarnations, and then sends them to nodes that ask. An empty node that
 * finds its own incarnation among them may start as a first member, because a folder with that name has never held a
 * vote or an entry. Any other empty node starts without voters, so that it can neither be elected nor vote, and
 * waits until it is added.
 *
 * <p>Raft identifies a node by its id and its incarnation. A member that returns with an emptied disk is therefore
 * not a member: its former votes and acknowledgements do not count for it, and the members must agree to accept it
 * in the place of its former self.
 */
@NullMarked
package io.weldr.raft.node;

import org.jspecify.annotations.NullMarked;
