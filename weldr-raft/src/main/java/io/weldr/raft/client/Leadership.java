package io.weldr.raft.client;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The leader, as this node sees it at one moment.
 *
 * @param here whether this node leads, is ready, and a majority answers it
 * @param leader whom it takes for the leader; null if it knows of none
 * @param leaderRaft where Raft reaches it; null if this node does not know
 * @param absent for how long there has been nobody to send a write to; zero while there is
 * @param closed why this node takes no part at the moment; null if it does
 */
public record Leadership(
        boolean here,
        @Nullable MemberId leader,
        @Nullable HostPort leaderRaft,
        Duration absent,
        @Nullable String closed) {}
