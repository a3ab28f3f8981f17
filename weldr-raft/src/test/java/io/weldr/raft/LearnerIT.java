package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner gets every entry, and has no vote until it is promoted. */
class LearnerIT {
    private static final MemberId N4 = new MemberId("n4");
    private static final MemberId N5 = new MemberId("n5");
    private static final MemberId N6 = new MemberId("n6");

    /** After which Ratis gives a newcomer up. */
    private static final Duration STAGING = Duration.ofSeconds(10);

    @TempDir
    Path root;

    @Test
    void itFollowsWithoutAVoteAndVotesOnceItIsPromoted() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster learner = join(cluster);
            MemberId first = cluster.awaitLeader();
            TestCluster.addOrigin(cluster.node(first), 9001);
            awaitPorts(learner, 9001);
            assertThat(cluster.voters(first)).hasSize(3).doesNotContain(N4);
            assertThat(learners(cluster.node(first))).containsExactly(N4);
            assertThat(cluster.wish(first, members -> members.transferLeadership(N4, null)))
                    .isInstanceOfSatisfying(Result.Refused.class, refused -> {
                        assertThat(refused.refusal()).isEqualTo(Refusal.CANNOT_LEAD);
                        assertThat(refused.detail()).contains("n4 is a learner");
                    });

            cluster.kill(first);
            MemberId second = cluster.awaitLeader();
            TestCluster.addOrigin(learner, 9002); // through the learner, which knows the new leader
            awaitPorts(learner, 9001, 9002);
            assertThat(learner.status().role()).isEqualTo(Role.LEARNER);
            cluster.start(first);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> TestCluster.ports(cluster.node(first)).size() == 2);

            assertThat(cluster.wish(second, members -> members.promote(N4, null)))
                    .isInstanceOfSatisfying(
                            Result.Done.class,
                            done -> assertThat(done.changed()).isTrue());
            assertThat(cluster.wish(second, members -> members.promote(N4, null)))
                    .as("again")
                    .isInstanceOfSatisfying(
                            Result.Done.class,
                            done -> assertThat(done.changed()).isFalse());
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(learner.status().role()).isIn(Role.FOLLOWER, Role.LEADER);
                assertThat(cluster.voters(N4)).hasSize(4).contains(N4);
                assertThat(learners(learner)).isEmpty();
            });
            cluster.kill(second); // three of four are left: nothing is written without its vote
            cluster.awaitLeader();
            TestCluster.addOrigin(learner, 9003);
            awaitPorts(learner, 9001, 9002, 9003);

            cluster.start(second);
            cluster.kill(N4);
            RaftCluster back = cluster.start(cluster.joining(N4).withLearner(true)); // as it was set to
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(back.status().role())
                            .as("its vote stays")
                            .isIn(Role.FOLLOWER, Role.LEADER));
        }
    }

    @Test
    void itDoesNotKeepAQuorum() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster learner = join(cluster);
            MemberId leader = cluster.awaitLeader();
            for (MemberId id : Set.copyOf(cluster.voters(leader))) {
                if (!id.equals(leader)) {
                    cluster.kill(id);
                }
            }
            await().atMost(TestCluster.PATIENCE).until(() -> cluster.acting().isEmpty());
            assertThat(learner.status().role()).isEqualTo(Role.LEARNER);
        }
    }

    @Test
    void itStaysALearnerAfterARestartAndAfterTheLossOfItsDisk() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            join(cluster);
            MemberId leader = cluster.awaitLeader();
            TestCluster.addOrigin(cluster.node(leader), 9001);
            cluster.kill(N4);
            TestCluster.addOrigin(cluster.node(leader), 9002);
            RaftCluster back = cluster.start(cluster.joining(N4).withLearner(true));
            awaitPorts(back, 9001, 9002);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(back.status().role()).isEqualTo(Role.LEARNER));

            cluster.kill(N4);
            cluster.wipe(N4);
            RaftCluster anew = join(cluster);
            awaitPorts(anew, 9001, 9002);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(learners(cluster.node(leader))).containsExactly(N4));
            assertThat(cluster.voters(leader)).hasSize(3);
        }
    }

    @Test
    void itIsRemovedAsAnyMember() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster learner = join(cluster);
            MemberId leader = cluster.awaitLeader();
            assertThat(cluster.wish(leader, members -> members.remove(N4, null, null)))
                    .isInstanceOf(Result.Done.class);
            await().atMost(TestCluster.PATIENCE).until(learner::removed);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(cluster.node(leader).state().get().members())
                                    .doesNotContainKey(N4));
            assertThat(learners(cluster.node(leader))).isEmpty();
        }
    }

    /** Ratis ends what it sends to all learners when one of them, or a newcomer, is silent while a node joins. */
    @Test
    void itIsSentAllThatIsWrittenThoughAnotherOneDies() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            join(cluster, N4);
            RaftCluster lives = join(cluster, N5);
            cluster.kill(N4);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    cluster.node(leader).status().silences().get(N4))
                            .isGreaterThan(STAGING));
            RaftCluster sixth = cluster.join(N6);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(sixth)).isEqualTo(Standing.MEMBER));
            TestCluster.addOrigin(cluster.node(leader), 9001);
            awaitPorts(lives, 9001);
            assertThat(cluster.awaitLeader()).as("nobody else led").isEqualTo(leader);
        }
    }

    /** The node has no reason to expect that; Ratis opens its log as that of somebody without a seat. */
    @Test
    void oneThatWasNotSetToLearnTakesTheSeatOfALearner() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            join(cluster, N4);
            RaftCluster fifth = cluster.start(cluster.outsider(N5).joining(List::of));
            assertThat(cluster.wish(
                            leader, members -> members.replace(N4, new Newcomer(N5, cluster.address(N5)), null)))
                    .isInstanceOf(Result.Done.class);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(Inside.standing(fifth)).isEqualTo(Standing.MEMBER);
                assertThat(fifth.status().role()).isEqualTo(Role.LEARNER);
            });
            assertThat(cluster.wish(leader, members -> members.promote(N5, null)))
                    .isInstanceOf(Result.Done.class);
            cluster.kill(leader); // three of four are left: nobody leads without its vote
            MemberId next = cluster.awaitLeader();
            TestCluster.addOrigin(cluster.node(next), 9001);
            awaitPorts(fifth, 9001);
        }
    }

    /** As those of machines that an autoscaler threw away. */
    @Test
    void deadMembersAreRemovedAsFarAsTheSettingAllows() throws Exception {
        RaftSettings.DeadMembers policy = new RaftSettings.DeadMembers(Duration.ofSeconds(2), 3);
        try (TestCluster cluster = TestCluster.formed(root, 3, settings -> settings.withDeadMembers(policy))) {
            RaftCluster fourth = cluster.join(N4);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(fourth)).isEqualTo(Standing.MEMBER));
            MemberId leader = cluster.awaitLeader();
            MemberId dead = cluster.anotherThan(leader);
            cluster.kill(dead);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(cluster.awaitLeader()))
                            .hasSize(3)
                            .doesNotContain(dead));

            MemberId next = cluster.anotherThan(cluster.awaitLeader());
            cluster.kill(next);
            RaftCluster leading = cluster.node(cluster.awaitLeader());
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(leading.status().silences().get(next))
                            .as("long enough")
                            .isGreaterThan(policy.after().multipliedBy(2)));
            assertThat(leading.status().voters())
                    .as("two would not outlive one more")
                    .hasSize(3);
            TestCluster.addOrigin(leading, 9001);
        }
    }

    private static RaftCluster join(TestCluster cluster) {
        return join(cluster, N4);
    }

    private static RaftCluster join(TestCluster cluster, MemberId id) {
        RaftCluster learner = cluster.start(cluster.joining(id).withLearner(true));
        await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
            assertThat(Inside.standing(learner)).isEqualTo(Standing.MEMBER);
            assertThat(learner.status().role()).isEqualTo(Role.LEARNER);
        });
        return learner;
    }

    private static List<MemberId> learners(RaftCluster node) {
        return node.status().learners().stream().map(Voter::id).toList();
    }

    private static void awaitPorts(RaftCluster node, Integer... ports) {
        await().atMost(TestCluster.PATIENCE)
                .untilAsserted(() -> assertThat(TestCluster.ports(node)).contains(ports));
    }
}
