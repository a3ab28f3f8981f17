/**
 * Changes of the members at run time. {@link io.weldr.raft.members.MembershipGateway} accepts requests on any node.
 * {@link io.weldr.raft.members.Changes} carries them out on the leader, one at a time: what operators ask for, {@link io.weldr.raft.members.JoinRequests} of nodes, and what {@link
 * io.weldr.raft.members.Housekeeping} finds. {@link
 * io.weldr.raft.members.Plan} computes the new voters, and checks that enough of them are alive.
 */
@NullMarked
package io.weldr.raft.members;

import org.jspecify.annotations.NullMarked;
