/** Who belongs to the cluster, at run time. {@link io.weldr.raft.member.Intake} takes in nodes that ask. */
@NullMarked
package io.weldr.raft.member;

import org.jspecify.annotations.NullMarked;
