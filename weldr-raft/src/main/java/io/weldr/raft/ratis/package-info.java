/**
 * One instance of the Ratis server, behind plain types. Start at {@link io.weldr.raft.ratis.RatisNode}. {@link
 * io.weldr.raft.ratis.RatisTuning} has its settings, with reasons.
 */
@NullMarked
package io.weldr.raft.ratis;

import org.jspecify.annotations.NullMarked;
