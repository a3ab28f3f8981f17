package io.weldr.raft.leader;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Views for tests that look at few of their fields. */
final class Views {
    private Views() {}

    /** What n1 sees. */
    static NodeView of(@Nullable RaftId leader, long term, long applied, Map<RaftId, Long> commits, List<Seat> voters) {
        RaftId self = RaftId.parse("n1");
        return new NodeView(
                self,
                self.equals(leader) ? NodeView.Role.LEADER : NodeView.Role.FOLLOWER,
                true,
                false,
                term,
                leader,
                applied,
                applied,
                term,
                1000,
                10,
                Map.of(),
                commits,
                voters,
                Set.of(),
                1);
    }
}
