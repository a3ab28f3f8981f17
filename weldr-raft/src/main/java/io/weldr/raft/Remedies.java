package io.weldr.raft;

import io.weldr.raft.client.Gateway;
import io.weldr.raft.leader.Healer;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The healer's means at whatever life of the Ratis server there is; nothing happens while there is none.
 *
 * @param node null while the server is closed
 */
record Remedies(Supplier<@Nullable RatisNode> node, Gateway gateway) implements Healer.Remedies {
    @Override
    public void nudge() {
        gateway.nudge();
    }

    @Override
    public void stepDown() {
        RatisNode open = node.get();
        if (open != null) {
            var unused = open.stepDown();
        }
    }

    @Override
    public void resetConnections(RaftId voter) {
        RatisNode open = node.get();
        if (open != null) {
            open.resetConnections(voter);
        }
    }
}
