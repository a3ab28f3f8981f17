/**
 * Who belongs to the cluster, at run time. {@link io.weldr.raft.member.MembershipGateway} takes wishes on any node;
 * {@link io.weldr.raft.member.Changes} carries them out on the leader, one at a time, after {@link
 * io.weldr.raft.member.Plan} has said what the voters are to be and whether enough of them would live.
 */
@NullMarked
package io.weldr.raft.member;

import org.jspecify.annotations.NullMarked;
