/**
 * One instance of the Ratis server, behind plain types. Start at {@link io.weldr.raft.ratis.RatisNode}. {@link
 * io.weldr.raft.ratis.RatisTuning} has its settings, with reasons.
 *
 * <p>What Ratis 3.3.0 does that weldr cannot live with, where it is put right, and the test that fails without it. To be
 * looked at with each new version of Ratis:
 *
 * <ul>
 *   <li>A heartbeat commits an entry that was never compared with the leader's; appends overlap votes: {@code
 *       PeerMessages}. FirstEntriesIT, PeerMessagesTest.
 *   <li>New voters are dropped together with the end of a log that contradicts them: {@code node.ConsensusPart}. CutIT.
 *   <li>A follower that lost the end of its log is sent heartbeats for ever (RATIS-2523): {@code leader.Healer}.
 *       HealerTest, CutIT.
 *   <li>A group that was opened as nobody and then made a listener never gets a vote: {@code node.LifeCycle.group}.
 *       LearnerIT.
 *   <li>A leader that writes and hears nobody leads on: {@code leader.LeaderProof}. CutIT, LeaderProofTest.
 *   <li>A leader whose threads hang leads on: {@code leader.LeaderStall}. StalledLeaderIT.
 *   <li>A call waits for a lock that is held while the disk is written: {@code Entrance}. StalledLeaderIT.
 *   <li>A snapshot that cannot be taken is tried again ten times a second, and each attempt stays on the disk: {@code
 *       peer.ObservedPort}, {@code Leftovers}. SnapshotTroubleIT, ObservedPortIT.
 *   <li>A connection that was cut is opened again in TCP's own time: {@code PeerChannels}. PeerChannelsTest, HealerTest.
 *   <li>Anybody who reaches the port may change the members: {@code peer.PeerPort}. PeerPortIT.
 *   <li>A port that is taken ends the process: {@code node.ConsensusPart}. ReopenIT.
 *   <li>Closing takes a second, and seconds more for each peer that is gone: {@code LogWorkerEnd}, {@code RatisNode}.
 *       RaftClusterIT.
 * </ul>
 */
@NullMarked
package io.weldr.raft.ratis;

import org.jspecify.annotations.NullMarked;
