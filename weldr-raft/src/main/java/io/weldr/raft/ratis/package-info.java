/**
 * One life of the Ratis server, behind plain types. Start at {@link io.weldr.raft.ratis.RatisNode}; its settings, and
 * why each, are in {@link io.weldr.raft.ratis.RatisTuning}.
 */
@NullMarked
package io.weldr.raft.ratis;

import org.jspecify.annotations.NullMarked;
