/**
 * Changes of the members at run time. {@link io.weldr.raft.members.MembershipGateway} accepts requests on any node.
 * {@link io.weldr.raft.members.Changes} carries them out on the leader, one at a time. {@link
 * io.weldr.raft.members.JoinRequests} hears the nodes that ask to be taken in; {@link
 * io.weldr.raft.members.Housekeeping} does what nobody asks for. {@link io.weldr.raft.members.Plan} computes the new
 * voters, and checks that enough of them are alive.
 */
@NullMarked
package io.weldr.raft.members;

import org.jspecify.annotations.NullMarked;
