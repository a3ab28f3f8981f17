/**
 * Measures how well a follower follows: how far it is behind its leader, and whether it accepts the entries of the
 * leader. Start at {@link io.weldr.raft.follow.FollowerProgress}.
 */
@NullMarked
package io.weldr.raft.follow;

import org.jspecify.annotations.NullMarked;
