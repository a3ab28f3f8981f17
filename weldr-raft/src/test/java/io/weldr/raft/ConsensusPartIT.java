package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsensusPartIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    /** As when no thread can be had for a moment. */
    @Test
    void whatEvenAnErrorPreventsIsTriedAgain() throws Exception {
        RaftSettings settings =
                RaftSettings.of(N1, new HostPort("127.0.0.1", TestCluster.freePort()), null, Map.of(), root, false);
        RaftId id = RaftId.of(N1, "5f0c81d2-a9be-4c1d-8d5e-2f6a0b7c9e13");
        AtomicInteger opens = new AtomicInteger();
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        ConsensusPart consensus = new ConsensusPart(
                settings,
                events -> {
                    if (opens.incrementAndGet() == 2) {
                        throw new OutOfMemoryError("unable to create native thread, says a test");
                    }
                    return RatisNode.start(
                            settings,
                            id,
                            root.resolve("log"),
                            null,
                            events,
                            PeerSecurity.plain(),
                            new PeerPort(id.toString(), (question, caller) -> question));
                },
                new Deaf(),
                thread);
        try {
            consensus.start();
            RatisNode first = consensus.node();
            consensus.restart("a test says so");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(consensus.trouble()).contains("unable to create native thread"));
            assertThat(consensus.node()).isNull();
            await().atMost(TestCluster.PATIENCE).until(() -> consensus.node() != null);
            assertThat(consensus.node()).isNotSameAs(first);
            assertThat(consensus.trouble()).isNull();
            assertThat(opens).hasValue(3);
        } finally {
            consensus.close();
            thread.shutdownNow();
        }
    }

    private static final class Deaf implements ConsensusPart.Listener {
        @Override
        public void applied(ClusterState state, long index) {}

        @Override
        public void transactionStarted(long callId) {}

        @Override
        public void leadershipMoved() {}
    }
}
