package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.Membership;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings.LogSettings;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that is cut off from its peers while everything else goes on. What is injected is global, so one test runs at
 * a time.
 */
class CutIT {
    private static final List<String> POINTS = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    Path root;

    private volatile @Nullable String cutOff;

    /** Whether the leader is cut off as soon as it tells the others of the voters that it has changed to. */
    private volatile boolean cutOffAtChange;

    @BeforeEach
    void inject() {
        for (String point : POINTS) {
            CodeInjectionForTesting.put(point, (local, remote, args) -> {
                if (cutOffAtChange && tellsOfNewVoters(args)) {
                    cutOffAtChange = false;
                    cutOff = String.valueOf(remote).split("[.]", 2)[0];
                }
                String cut = cutOff;
                if (cut != null && is(cut, local) != is(cut, remote)) {
                    throw new IllegalStateException("cut");
                }
                return false;
            });
        }
    }

    /** The last of the two entries that a change of the voters takes. */
    private static boolean tellsOfNewVoters(Object... args) {
        return Stream.of(args)
                .filter(AppendEntriesRequestProto.class::isInstance)
                .flatMap(arg -> ((AppendEntriesRequestProto) arg).getEntriesList().stream())
                .anyMatch(entry -> entry.hasConfigurationEntry()
                        && entry.getConfigurationEntry().getOldPeersCount() == 0);
    }

    /** Whether that is how Raft knows the node, in whichever life. */
    private static boolean is(String node, @Nullable Object raftId) {
        return String.valueOf(raftId).startsWith(node + ".");
    }

    @AfterEach
    void heal() {
        POINTS.forEach(CodeInjectionForTesting::remove);
    }

    /**
     * With long timeouts: this JVM may stall, and the old leader's thread be the last to go on, for less than the time
     * between the two.
     */
    @Test
    void aLeaderThatIsCutOffWhileWritesKeepComingStopsActingBeforeAnotherStarts() throws Exception {
        try (TestCluster cluster = TestCluster.formed(
                root, 3, settings -> settings.withElectionTimeout(LONG_TIMEOUT, LONG_TIMEOUT.multipliedBy(2)))) {
            MemberId old = cluster.awaitLeader();
            RaftCluster cut = cluster.node(old);
            TestCluster.RecordingDuty duty = cluster.duty(old);
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger port = new AtomicInteger(20_000);
            // Writes at the old leader all the time: they keep Ratis from noticing that nobody answers.
            Thread writer = new Thread(() -> {
                while (!done.get()) {
                    cut.submit(TestCluster.newId(), TestCluster.add(port.getAndIncrement()));
                    LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
                }
            });
            writer.start();
            long cutNanos = System.nanoTime();
            cutOff = old.value();

            await().atMost(TestCluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> !duty.active);
            MemberId successor = await().atMost(TestCluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(
                            () -> cluster.duties.values().stream()
                                    .filter(other -> other.active && !other.of.equals(old))
                                    .map(other -> other.of)
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            long startedNanos = cluster.duty(successor).startedNanos;
            System.out.printf(
                    "cut off: stopped acting after %d ms, successor acts after %d ms (election timeout 2000-4000 ms)%n",
                    (duty.stoppedNanos - cutNanos) / 1_000_000, (startedNanos - cutNanos) / 1_000_000);
            assertThat(duty.stoppedNanos).as("never two that act").isLessThan(startedNanos);

            // A stale read would miss what the majority has acknowledged since.
            TestCluster.addOrigin(cluster.node(successor), 9001);
            for (int i = 0; i < 20; i++) {
                try {
                    ClusterState read = TestCluster.get(cut.linearizable().toCompletableFuture());
                    assertThat(read.defaultPool().origins())
                            .anyMatch(origin -> origin.url().address().port() == 9001);
                } catch (GatewayException e) {
                    assertThat(e.kind()).isEqualTo(GatewayException.Kind.NO_LEADER);
                }
            }
            done.set(true);
            writer.join();
            cutOff = null;
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(cut)).contains(9001));
        }
    }

    /** What it had written meanwhile is dropped in the same moment in which it learns who votes now. */
    @Test
    void aLeaderThatWasCutOffLearnsOfAChangeOfTheVotersWhenItIsBack() {
        try (TestCluster cluster = TestCluster.formed(root, 4)) {
            MemberId old = cluster.awaitLeader();
            List<MemberId> others = cluster.duties.keySet().stream()
                    .filter(id -> !id.equals(old))
                    .sorted()
                    .toList();
            RaftCluster cut = cluster.node(old);
            cutOff = old.value();
            for (int port = 20_000; port < 20_020; port++) {
                cut.submit(TestCluster.newId(), TestCluster.add(port));
            }
            MemberId successor = await().atMost(TestCluster.PATIENCE)
                    .until(
                            () -> others.stream()
                                    .filter(id -> cluster.duty(id).active)
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            MemberId leaver = others.stream()
                    .filter(id -> !id.equals(successor))
                    .findFirst()
                    .orElseThrow();
            assertThat(cluster.wish(successor, members -> members.remove(leaver, null)))
                    .isInstanceOf(Membership.Result.Done.class);
            Set<MemberId> left = new HashSet<>(cluster.duties.keySet());
            left.remove(leaver);
            cutOff = null;

            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(old)).isEqualTo(left));
            TestCluster.addOrigin(cut, 9001);
            // None while its consensus part is rebuilt, which is how it learns of the change.
            Set<MemberId> now =
                    await().atMost(TestCluster.PATIENCE).until(() -> cluster.voters(old), voters -> !voters.isEmpty());
            assertThat(now).isEqualTo(left);
        }
    }

    /** It is cut off from Raft alone. */
    @Test
    void aMemberThatAnswersIsNotRemovedAsDead() throws Exception {
        RaftSettings.DeadMembers policy = new RaftSettings.DeadMembers(Duration.ofSeconds(1), 3);
        try (TestCluster cluster = TestCluster.formed(root, 4, settings -> settings.withDeadMembers(policy))) {
            MemberId leader = cluster.awaitLeader();
            MemberId silent = cluster.anotherThan(leader);
            cutOff = silent.value();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    cluster.node(leader).status().silences().getOrDefault(silent, Duration.ZERO))
                            .isGreaterThan(policy.after().multipliedBy(5)));
            assertThat(cluster.voters(leader)).hasSize(4);
            cutOff = null;
            TestCluster.addOrigin(cluster.node(silent), 9001);
        }
    }

    /** As a change of the voters. */
    @Test
    void aLeaderThatWasCutOffLearnsOfALearnerWhenItIsBack() {
        MemberId learner = new MemberId("n4");
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId old = cluster.awaitLeader();
            RaftCluster cut = cluster.node(old);
            cutOff = old.value();
            for (int port = 20_000; port < 20_020; port++) {
                cut.submit(TestCluster.newId(), TestCluster.add(port));
            }
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.duties.keySet().stream()
                            .anyMatch(id -> !id.equals(old) && cluster.duty(id).active));
            RaftCluster joined = cluster.start(cluster.joining(learner).withLearner(true));
            await().atMost(TestCluster.PATIENCE).until(() -> Inside.standing(joined) == Standing.MEMBER);
            cutOff = null;

            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cut.status().learners())
                            .extracting(Voter::id)
                            .containsExactly(learner));
            TestCluster.addOrigin(cut, 9001);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cut.status().learners())
                            .as("still, or again: it is opened anew meanwhile")
                            .extracting(Voter::id)
                            .containsExactly(learner));
        }
    }

    /**
     * The next leader ends the change; Ratis has it go on speaking to whom the change took out, so that nobody tells
     * that node.
     */
    @Test
    void aNodeThatIsTakenOutWhileTheLeaderIsCutOffFindsOut() {
        try (TestCluster cluster = TestCluster.formed(root, 5)) {
            MemberId old = cluster.awaitLeader();
            MemberId leaver = cluster.anotherThan(old);
            cutOffAtChange = true;
            var unanswered = cluster.node(old).membership().remove(leaver, null);
            await().atMost(TestCluster.PATIENCE).until(() -> cutOff != null);

            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.node(leaver).removed());
            cutOff = null;
            assertThat(unanswered.toCompletableFuture().handle((done, failure) -> true))
                    .succeedsWithin(TestCluster.PATIENCE);
        }
    }

    @Test
    void aFollowerThatMissedWhatWasPurgedGetsASnapshotWhileItRuns() {
        LogSettings small = new LogSettings(50, 8 * 1024, 10, 1);
        try (TestCluster cluster = TestCluster.formed(root, 3, settings -> settings.withLog(small))) {
            MemberId leader = cluster.awaitLeader();
            MemberId follower = cluster.anotherThan(leader);
            cutOff = follower.value();
            for (int port = 20_000; port < 20_200; port++) {
                TestCluster.addOrigin(cluster.node(leader), port);
            }
            long missed = cluster.node(follower).status().appliedIndex();
            await().atMost(TestCluster.PATIENCE).until(() -> firstLogIndex(cluster.folder(leader)) > missed + 1);
            cutOff = null;

            RaftCluster behind = cluster.node(follower);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(behind)).hasSize(200));
            TestCluster.addOrigin(behind, 9001);
            // It looks a few times a second whether it is behind.
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(behind.status().trouble()).isNull());

            // And what was installed is what it starts from.
            cluster.stop(follower);
            RaftCluster again = cluster.start(follower);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(again)).hasSize(201));
        }
    }

    /**
     * What was acknowledged by the leader and a follower is lost if that follower, its disk emptied, helps to elect the
     * third one, which never had it. It must not: neither by a vote in the name of its former self, nor by standing
     * itself.
     */
    @Test
    void aVoterWhoseDiskWasEmptiedIsAStrangerUntilTheMembersHaveTakenItIn() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            MemberId wiped = cluster.anotherThan(leader);
            MemberId lagging = cluster.peers.keySet().stream()
                    .filter(id -> !id.equals(leader) && !id.equals(wiped))
                    .findFirst()
                    .orElseThrow();
            cutOff = lagging.value();
            TestCluster.addOrigin(cluster.node(leader), 9001);
            assertThat(TestCluster.ports(cluster.node(lagging))).isEmpty();
            cluster.kill(wiped);
            cluster.wipe(wiped);
            RaftCluster back = cluster.start(wiped);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(back)).isEqualTo(Standing.JOINING));
            cluster.kill(leader);
            cutOff = null;

            await().during(Duration.ofSeconds(4))
                    .atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.nodes()).allSatisfy(node -> {
                        assertThat(node.status().acting()).isFalse();
                        assertThat(node.status().leader()).isNull();
                    }));
            cluster.start(leader);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(Inside.standing(back)).isEqualTo(Standing.MEMBER);
                assertThat(cluster.nodes())
                        .allSatisfy(node -> assertThat(TestCluster.ports(node)).containsExactly(9001));
            });
        }
    }

    private static long firstLogIndex(Path node) {
        try (Stream<Path> files = Files.walk(node.resolve("log"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("log_(inprogress_)?\\d+(-\\d+)?"))
                    .mapToLong(name -> Long.parseLong(name.replaceAll("log_(inprogress_)?(\\d+).*", "$2")))
                    .min()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException e) {
            return 0; // a file went away while it was looked at
        }
    }
}
