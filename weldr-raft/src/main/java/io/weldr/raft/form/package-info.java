/**
 * How a node with an empty data folder finds or forms its cluster. Start at {@link io.weldr.raft.form.Formation}. The
 * rule: two nodes whose disks were emptied must never elect each other over what the third still holds.
 *
 * <p>An empty folder gets a random name, its <em>incarnation</em>, before anything else, and keeps it as long as it
 * lives. A cluster is formed of incarnations: only when every listed peer answers that it is empty too, with the same
 * list. Whoever forms it writes the incarnations down first, and tells them to those who ask; an empty node that finds
 * its own among them may start as a first member as well, because a folder with that name has never held a vote or an
 * entry. An empty node that is not among them starts without voters, so that it can neither stand nor vote, and waits
 * to be taken in.
 *
 * <p>Raft knows a node by its id and its incarnation together. So a member that comes back with an emptied disk is a
 * stranger to Raft: what its former self had voted for or acknowledged does not count through it, and the members have
 * to agree to take it in, in its former self's place.
 */
@NullMarked
package io.weldr.raft.form;

import org.jspecify.annotations.NullMarked;
