/**
 * One instance of the Ratis server, behind plain types. Start at {@link io.weldr.raft.ratis.RatisNode}. {@link
 * io.weldr.raft.ratis.RatisTuning} has its settings, with reasons.
 *
 * <p>What Ratis does that weldr cannot live with is listed in {@link io.weldr.raft.workaround.Workaround}. Beyond that
 * Ratis lets a leader lead on that writes and hears nobody ({@code leader.LeaderProof}) or whose threads hang ({@code
 * leader.LeaderStall}), and anybody who reaches the Raft port change the members ({@code peer.PeerPort}).
 */
@NullMarked
package io.weldr.raft.ratis;

import org.jspecify.annotations.NullMarked;
