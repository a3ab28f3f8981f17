/**
 * Changes of the members at run time. {@link io.weldr.raft.member.MembershipGateway} accepts requests on any node.
 * {@link io.weldr.raft.member.Changes} carries them out on the leader, one at a time. {@link
 * io.weldr.raft.member.Plan} computes the new voters, and checks that enough of them are alive.
 */
@NullMarked
package io.weldr.raft.member;

import org.jspecify.annotations.NullMarked;
