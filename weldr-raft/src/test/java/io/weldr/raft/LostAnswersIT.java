package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both followers have an entry on their disks, and the connections on which they would say so break at that moment.
 * What is injected is global, so one test runs at a time.
 */
class LostAnswersIT {
    private static final String RECEIVED = "RaftServerImpl.appendEntries";
    private static final String WRITTEN = RECEIVED + ".logComplete";

    @TempDir
    Path root;

    /** The followers that have written, and do not answer before {@link #answer}. */
    private final Map<String, Boolean> holding = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> answer = new CompletableFuture<>();
    private final ThreadLocal<Boolean> looksFor = ThreadLocal.withInitial(() -> false);

    /** Has each follower hold back its answer to the first append that brings such an entry. */
    private void holdBack(Predicate<LogEntryProto> wanted) {
        CodeInjectionForTesting.put(RECEIVED, (local, remote, args) -> {
            looksFor.set(Stream.of(args)
                    .filter(AppendEntriesRequestProto.class::isInstance)
                    .flatMap(arg -> ((AppendEntriesRequestProto) arg).getEntriesList().stream())
                    .anyMatch(wanted));
            return false;
        });
        CodeInjectionForTesting.put(WRITTEN, (local, remote, args) -> {
            if (looksFor.get() && holding.putIfAbsent(String.valueOf(local), true) == null) {
                TestCluster.get(answer);
            }
            return false;
        });
    }

    @AfterEach
    void heal() {
        answer.complete(null);
        CodeInjectionForTesting.remove(RECEIVED);
        CodeInjectionForTesting.remove(WRITTEN);
    }

    private void breakConnectionsOf(RaftCluster leader) {
        await().atMost(TestCluster.PATIENCE).until(() -> holding.size() == 2);
        Inside.dropConnections(leader);
        answer.complete(null);
    }

    /** Nothing else enters the log until its first entry is committed, so nothing else would bring an answer. */
    @Test
    void aNewLeaderAsksAgainForItsFirstEntry() {
        holdBack(LogEntryProto::hasConfigurationEntry);
        try (TestCluster cluster = new TestCluster(root, 3)) {
            cluster.peers.keySet().forEach(cluster::start);
            MemberId elected = await().atMost(TestCluster.PATIENCE)
                    .until(
                            () -> cluster.nodes().stream()
                                    .map(node -> node.status().leader())
                                    .filter(Objects::nonNull)
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            breakConnectionsOf(cluster.node(elected));

            cluster.awaitFormed();
        }
    }

    @Test
    void theOnlyWriteOfAMomentIsCommitted() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster leader = cluster.node(cluster.awaitLeader());
            holdBack(LogEntryProto::hasStateMachineLogEntry);
            // Not asked for its outcome: on a starved machine a write may wait for longer than anybody waits for it.
            var unused = leader.submit(TestCluster.newId(), TestCluster.add(9001));
            breakConnectionsOf(leader);

            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(
                                    node -> assertThat(TestCluster.ports(node)).containsExactly(9001)));
        }
    }
}
