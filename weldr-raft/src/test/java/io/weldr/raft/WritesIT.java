package io.weldr.raft;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritesIT {
    @TempDir
    Path root;

    @Test
    void aRequestIsAppliedOnceAcrossFailOverAndFullRestart() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            MemberId other = cluster.anotherThan(leader);
            RequestId id = TestCluster.newId();
            Command command = TestCluster.add(9001);
            Committed first =
                    TestCluster.get(cluster.node(leader).submit(id, command).toCompletableFuture());
            assertThat(first.outcome()).isInstanceOf(Outcome.Accepted.class);

            cluster.kill(leader);
            assertThat(TestCluster.get(cluster.node(other).submit(id, command).toCompletableFuture()))
                    .isEqualTo(first);
            List.copyOf(cluster.running.keySet()).forEach(cluster::kill);

            cluster.peers.keySet().forEach(cluster::start);
            cluster.awaitLeader();
            // Another command under the same name: if it were applied, it would show.
            Committed again = TestCluster.get(
                    cluster.node(other).submit(id, TestCluster.add(9002)).toCompletableFuture());
            assertThat(again).isEqualTo(first);
            assertThat(TestCluster.ports(cluster.node(other))).containsExactly(9001);
        }
    }

    @Test
    void noAcknowledgedWriteIsLostWhileLeadersDie() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            AtomicInteger next = new AtomicInteger(10_000);
            AtomicInteger end = new AtomicInteger(10_000); // a fast machine would fill the pool
            AtomicBoolean done = new AtomicBoolean();
            ConcurrentLinkedQueue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<Integer> unknown = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<Outcome> refused = new ConcurrentLinkedQueue<>();
            ExecutorService writers = Executors.newFixedThreadPool(3);
            for (int i = 0; i < 3; i++) {
                writers.execute(() -> {
                    while (!done.get()) {
                        if (next.get() >= end.get()) {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                            continue;
                        }
                        int port = next.getAndIncrement();
                        List<RaftCluster> nodes = List.copyOf(cluster.nodes());
                        try {
                            Outcome outcome = TestCluster.addOriginOnce(nodes.get(port % nodes.size()), port)
                                    .outcome();
                            if (outcome instanceof Outcome.Accepted) {
                                acknowledged.add(port);
                            } else {
                                refused.add(outcome);
                            }
                        } catch (GatewayException e) {
                            unknown.add(port);
                        }
                    }
                });
            }
            for (int round = 0; round < 2; round++) {
                int before = acknowledged.size();
                MemberId leader = cluster.awaitLeader();
                end.addAndGet(200);
                await().atMost(TestCluster.PATIENCE).until(() -> acknowledged.size() > before + 10);
                cluster.kill(leader);
                int after = acknowledged.size();
                end.addAndGet(200);
                await().atMost(TestCluster.PATIENCE).until(() -> acknowledged.size() > after + 10);
                cluster.start(leader);
                cluster.awaitFormed();
            }
            done.set(true);
            writers.shutdown();
            assertThat(writers.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(refused).isEmpty();
            for (RaftCluster node : cluster.nodes()) {
                TestCluster.get(node.linearizable().toCompletableFuture());
                List<Integer> held = TestCluster.ports(node);
                assertThat(held).containsAll(acknowledged);
                assertThat(held).doesNotHaveDuplicates();
                List<Integer> perhaps = new ArrayList<>(acknowledged);
                perhaps.addAll(unknown);
                assertThat(perhaps).containsAll(held);
            }
        }
    }

    @Test
    void withoutAQuorumEverythingFailsInTimeAndTruthfully() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            RaftCluster left = cluster.node(leader);
            TestCluster.addOrigin(left, 9001);
            List.copyOf(cluster.running.keySet()).stream()
                    .filter(id -> !id.equals(leader))
                    .forEach(cluster::kill);

            // The first may have reached the log before the loss was noticed.
            assertThat(failure(left.submit(TestCluster.newId(), TestCluster.add(9002))
                            .toCompletableFuture()))
                    .isIn(Kind.UNKNOWN_OUTCOME, Kind.NO_LEADER);
            await().atMost(TestCluster.PATIENCE).until(() -> !left.status().acting());
            assertThat(failure(left.linearizable().toCompletableFuture())).isEqualTo(Kind.NO_LEADER);
            assertThat(failure(left.submit(TestCluster.newId(), TestCluster.add(9003))
                            .toCompletableFuture()))
                    .isEqualTo(Kind.NO_LEADER);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                long began = System.nanoTime();
                failure(left.submit(TestCluster.newId(), TestCluster.add(9004)).toCompletableFuture());
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .as("known to be without a leader: no need to wait")
                        .isLessThan(Duration.ofMillis(500));
            });
            assertThat(TestCluster.ports(left)).containsExactly(9001);

            cluster.peers.keySet().stream()
                    .filter(id -> !id.equals(leader))
                    .findFirst()
                    .ifPresent(cluster::start);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> TestCluster.addOrigin(left, 9005));
            assertThat(TestCluster.ports(left)).contains(9001, 9005).doesNotContain(9003, 9004);
        }
    }

    private static Kind failure(CompletableFuture<?> future) {
        long began = System.nanoTime();
        GatewayException failure = catchThrowableOfType(GatewayException.class, () -> TestCluster.get(future));
        assertThat(failure).isNotNull();
        promised("a call without a quorum", Duration.ofNanos(System.nanoTime() - began), Duration.ofMillis(2_500));
        return failure.kind();
    }

    @Test
    void readsThatComeTogetherShareABarrier() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster follower = cluster.node(cluster.follower());
            TestCluster.get(follower.linearizable().toCompletableFuture());
            long before = follower.status().commitIndex();
            List<CompletableFuture<ClusterState>> reads = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                reads.add(follower.linearizable().toCompletableFuture());
            }
            reads.forEach(TestCluster::get);
            // Two entries each, if a few had to be repeated; five hundred reads apart would make a thousand.
            assertThat(follower.status().commitIndex() - before).isLessThan(100);
        }
    }

    @Test
    void tooMuchAtOnceIsRefused() {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            RaftCluster node = cluster.node(new MemberId("n1"));
            List<CompletableFuture<ClusterState>> waiting = new ArrayList<>();
            for (int i = 0; i < RaftSettings.PENDING_MAX_DEFAULT; i++) {
                waiting.add(node.applied(Long.MAX_VALUE).toCompletableFuture());
            }
            GatewayException overload =
                    catchThrowableOfType(GatewayException.class, () -> TestCluster.addOriginOnce(node, 9001));
            assertThat(overload.kind()).isEqualTo(Kind.OVERLOADED);
            for (CompletableFuture<ClusterState> one : waiting) {
                assertThat(failure(one)).isEqualTo(Kind.NO_LEADER);
            }
            TestCluster.addOrigin(node, 9001);
        }
    }

    @Test
    void aConsensusPartThatFailsIsRebuiltInPlace() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            RaftCluster node = cluster.node(leader);
            TestCluster.addOrigin(node, 9001);
            Inside.restartConsensus(node, "a test says so");
            assertThat(node.status().trouble()).contains("a test says so");
            assertThat(TestCluster.ports(node)).as("goes on with what it has").containsExactly(9001);
            MemberId other = cluster.running.keySet().stream()
                    .filter(id -> !id.equals(leader))
                    .findFirst()
                    .orElseThrow();
            TestCluster.addOrigin(cluster.node(other), 9002);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(node.status().trouble()).isNull();
                assertThat(TestCluster.ports(node)).containsExactly(9001, 9002);
            });
        }
    }
}
