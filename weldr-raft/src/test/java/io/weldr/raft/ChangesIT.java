package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.MemberId;
import io.weldr.core.token.TokenName;
import io.weldr.raft.RaftSettings.LogSettings;
import io.weldr.raft.node.Identity.Standing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangesIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");
    private static final MemberId N4 = new MemberId("n4");
    private static final MemberId N5 = new MemberId("n5");

    @TempDir
    Path root;

    @Test
    void aNodeThatAsksIsTakenInCatchesUpFromASnapshotAndCounts() {
        LogSettings small = new LogSettings(50, 8 * 1024, 10, 1);
        try (TestCluster cluster = TestCluster.formed(root, 3, settings -> settings.withLog(small))) {
            for (int port = 20_000; port < 20_200; port++) {
                TestCluster.addOrigin(cluster.node(N1), port);
            }
            RaftCluster fourth = cluster.join(N4);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(Inside.standing(fourth)).isEqualTo(Standing.MEMBER);
                assertThat(TestCluster.ports(fourth)).hasSize(200);
                assertThat(cluster.voters(N1)).containsExactlyInAnyOrder(N1, N2, N3, N4);
            });
            TestCluster.addOrigin(fourth, 9001);
            // From its own disk, and with the wish to join still in its settings.
            cluster.stop(N4);
            RaftCluster again = cluster.join(N4);
            assertThat(Inside.standing(again)).isEqualTo(Standing.MEMBER);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(again)).hasSize(201));
            // One of four may be missing, whichever: the fourth one's vote counts.
            cluster.stop(cluster.awaitLeader().equals(N1) ? N2 : N1);
            TestCluster.addOrigin(again, 9002);
        }
    }

    @Test
    void aLiveMemberAndADeadOneAreTakenOutAndTheLiveOneKnowsIt() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            cluster.join(N4);
            cluster.awaitFormed();
            MemberId leader = cluster.awaitLeader();
            MemberId asked = cluster.anotherThan(leader);

            // The leader itself, through a follower: it hands over first.
            assertThat(cluster.wish(asked, members -> members.remove(leader, Duration.ofSeconds(3))))
                    .isInstanceOf(Result.Done.class);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> cluster.node(leader).removed());
            assertThat(cluster.node(leader).status().role()).isEqualTo(Role.REMOVED);
            RaftCluster.Farewell farewell =
                    TestCluster.get(cluster.node(leader).farewell().toCompletableFuture());
            assertThat(farewell.drain()).isEqualTo(Duration.ofSeconds(3));
            assertThat(farewell.line()).contains(leader.value(), "removed");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(asked)).doesNotContain(leader));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(cluster.node(asked).state().get().members())
                                    .doesNotContainKey(leader));

            MemberId dead = Set.of(N1, N2, N3, N4).stream()
                    .filter(id -> !id.equals(leader) && !id.equals(asked) && !id.equals(leading(cluster, asked)))
                    .findFirst()
                    .orElseThrow();
            cluster.kill(dead);
            assertThat(cluster.wish(asked, members -> members.remove(dead, null)))
                    .isInstanceOf(Result.Done.class);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(cluster.voters(asked)).hasSize(2).doesNotContain(dead));
            TestCluster.addOrigin(cluster.node(asked), 9001);

            // It comes back from its old disk, and disturbs nobody. A starved machine may hold an election at any
            // moment, but
            // not each time.
            await().atMost(TestCluster.PATIENCE)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .until(() -> electionsWhileItComesBack(cluster, dead, asked) == 0);
        }
    }

    private static long electionsWhileItComesBack(TestCluster cluster, MemberId removed, MemberId asked) {
        long term = cluster.node(asked).status().term();
        RaftCluster back = cluster.start(cluster.outsider(removed));
        assertThat(back.removed()).as("before it serves anybody").isTrue();
        assertThat(Inside.standing(back)).isEqualTo(Standing.REMOVED);
        cluster.stop(removed);
        assertThat(cluster.start(cluster.outsider(removed)).removed())
                .as("written down")
                .isTrue();
        TestCluster.addOrigin(cluster.node(asked), 9002);
        cluster.stop(removed);
        return cluster.node(asked).status().term() - term;
    }

    /**
     * Its log is damaged while it is down, and it is taken out before it is back: the farewell was meant for its former
     * self.
     */
    @Test
    void aMemberThatIsTakenOutWhileItIsWithoutItsLogStaysOut() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            cluster.join(N4);
            cluster.awaitFormed();
            MemberId victim = cluster.follower();
            cluster.kill(victim);
            DamagedLogIT.emptyVote(cluster.folder(victim));
            MemberId asked = cluster.awaitLeader();
            assertThat(cluster.wish(asked, members -> members.remove(victim, null)))
                    .isInstanceOf(Result.Done.class);

            RaftCluster back = cluster.start(victim);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(back)).isIn(Standing.REMOVED, Standing.MEMBER));
            assertThat(Inside.standing(back)).isEqualTo(Standing.REMOVED);
            await().atMost(TestCluster.PATIENCE).until(back::removed);
            assertThat(cluster.voters(asked)).hasSize(3).doesNotContain(victim);

            // An emptied folder is a new beginning, as ever.
            cluster.stop(victim);
            cluster.wipe(victim);
            RaftCluster anew = cluster.start(cluster.joining(victim));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(anew)).isEqualTo(Standing.MEMBER));
            TestCluster.addOrigin(anew, 9001);
        }
    }

    private static MemberId leading(TestCluster cluster, MemberId asked) {
        return await().atMost(TestCluster.PATIENCE)
                .until(() -> cluster.node(asked).status().leader(), leader -> leader != null);
    }

    /** It has a seat before it knows that it has caught up. */
    @Test
    void aNodeThatIsTakenOutAsSoonAsItIsTakenInStaysOut() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId through = cluster.awaitLeader();
            RaftCluster newcomer = cluster.start(cluster.outsider(N4).joining(List::of));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(newcomer.status().trouble()).contains("invitation"));
            assertThat(cluster.wish(through, members -> members.add(new Newcomer(N4, cluster.address(N4)))))
                    .isInstanceOf(Result.Done.class);
            assertThat(cluster.wish(through, members -> members.remove(N4, Duration.ZERO)))
                    .isInstanceOf(Result.Done.class);
            await("that it knows")
                    .atMost(TestCluster.PATIENCE)
                    .until(() -> newcomer.farewell().toCompletableFuture().isDone());
            assertThat(cluster.voters(through)).doesNotContain(N4);
        }
    }

    @Test
    void aDeadMemberIsReplacedInOneStepByANodeThatWaitsForAnInvitation() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId dead = cluster.follower();
            cluster.kill(dead);
            RaftCluster fourth = cluster.start(cluster.outsider(N4).joining(List::of));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(fourth.status().trouble()).contains("invitation"));
            MemberId asked = cluster.awaitLeader();
            assertThat(cluster.wish(
                            asked, members -> members.replace(dead, new Newcomer(N4, cluster.address(N4)), null)))
                    .isInstanceOf(Result.Done.class);
            // Seen a moment later than done.
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(asked))
                            .hasSize(3)
                            .contains(N4)
                            .doesNotContain(dead));
            await().atMost(TestCluster.PATIENCE).until(() -> Inside.standing(fourth) == Standing.MEMBER);
            // Repeated, nothing happens.
            assertThat(cluster.wish(asked, members -> members.add(new Newcomer(N4, cluster.address(N4)))))
                    .isInstanceOfSatisfying(
                            Result.Done.class,
                            done -> assertThat(done.changed()).isFalse());
            TestCluster.addOrigin(fourth, 9001);
        }
    }

    /** Through a follower, so that it has to be told to the leader. */
    @Test
    void theHistorySaysWhoHadMembersTakenInAndOut() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster fourth = cluster.start(cluster.outsider(N4).joining(List::of));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(fourth.status().trouble()).contains("invitation"));
            MemberId asked = cluster.follower();
            Attribution ann = new Attribution(Actor.certificate("ann"), "10.0.0.7:51212", "a new machine");
            assertThat(cluster.wish(asked, members -> members.add(new Newcomer(N4, cluster.address(N4)), ann)))
                    .isInstanceOf(Result.Done.class);
            assertThat(attributed(cluster, asked, Kind.MEMBER_ANNOUNCED, N4)).isEqualTo(ann);

            Attribution bob = new Attribution(Actor.LOCAL, "127.0.0.1:51213", "the machine is broken");
            assertThat(cluster.wish(asked, members -> members.remove(N4, Duration.ZERO, bob)))
                    .isInstanceOf(Result.Done.class);
            assertThat(attributed(cluster, asked, Kind.MEMBER_RETIRED, N4)).isEqualTo(bob);
        }
    }

    private static @Nullable Attribution attributed(TestCluster cluster, MemberId at, Kind kind, MemberId member) {
        return await().atMost(TestCluster.PATIENCE)
                .until(
                        () -> cluster.node(at).state().get().history().stream()
                                .filter(change -> change.kind() == kind
                                        && change.subject().equals(member.value()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .by();
    }

    /** The node that took the request may lag, and let it in still; the leader does not. */
    @Test
    void aTokenThatWasRemovedChangesNoMembers() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            Attribution removed = Attribution.of(Actor.token(new TokenName("ci"), 7));
            MemberId leader = cluster.awaitLeader();
            MemberId follower = cluster.anotherThan(leader);
            for (MemberId through : List.of(leader, follower)) {
                refused(
                        cluster.wish(through, members -> members.remove(follower, Duration.ZERO, removed)),
                        Refusal.REVOKED);
                refused(
                        cluster.wish(through, members -> members.transferLeadership(follower, removed)),
                        Refusal.REVOKED);
                refused(
                        cluster.wish(through, members -> members.add(new Newcomer(N4, cluster.address(N1)), removed)),
                        Refusal.REVOKED);
            }
            assertThat(cluster.voters(leader)).containsExactlyInAnyOrder(N1, N2, N3);
        }
    }

    @Test
    void whatCannotBeDoneIsRefusedAndChangesNothing() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            MemberId dead = cluster.anotherThan(leader);
            MemberId alive = Set.of(N1, N2, N3).stream()
                    .filter(id -> !id.equals(leader) && !id.equals(dead))
                    .findFirst()
                    .orElseThrow();
            HostPort nowhere = new HostPort("127.0.0.1", TestCluster.freePort());
            refused(cluster.wish(alive, members -> members.remove(N5, null)), Refusal.NO_SUCH_MEMBER);
            refused(cluster.wish(alive, members -> members.transferLeadership(N5)), Refusal.NO_SUCH_MEMBER);
            refused(cluster.wish(alive, members -> members.add(new Newcomer(N5, nowhere))), Refusal.NOT_WAITING);
            refused(
                    cluster.wish(alive, members -> members.add(new Newcomer(N5, cluster.address(dead)))),
                    Refusal.ALREADY_MEMBER);
            refused(cluster.wish(alive, members -> members.add(new Newcomer(dead, nowhere))), Refusal.ALREADY_MEMBER);

            cluster.kill(dead);
            refused(cluster.wish(leader, members -> members.transferLeadership(dead)), Refusal.CANNOT_LEAD);
            Result.Refused lost =
                    refused(cluster.wish(leader, members -> members.remove(alive, null)), Refusal.WOULD_LOSE_QUORUM);
            assertThat(lost.detail()).contains(dead.value());
            refused(cluster.wish(alive, members -> members.remove(leader, null)), Refusal.WOULD_LOSE_QUORUM);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(leader)).containsExactlyInAnyOrder(N1, N2, N3));
            // Not which node: of two that are starved for a moment either may lead.
            assertThat(cluster.awaitLeader()).isNotEqualTo(dead);
            TestCluster.addOrigin(cluster.node(alive), 9001);
        }
    }

    private static Result.Refused refused(Result result, Refusal refusal) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.refusal())
                                .as(refused.detail())
                                .isEqualTo(refusal));
        return (Result.Refused) result;
    }

    @Test
    void leadershipGoesToWhomItIsTold() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            for (MemberId wanted : List.of(N3, N1, N2)) {
                // Again if it moves on by itself at that moment.
                await().pollInSameThread().untilAsserted(() -> {
                    assertThat(cluster.wish(N1, members -> members.transferLeadership(wanted)))
                            .isInstanceOf(Result.Done.class);
                    assertThat(cluster.acting()).containsExactly(wanted);
                });
                TestCluster.addOrigin(
                        cluster.node(N1), 9000 + Integer.parseInt(wanted.value().substring(1)));
            }
            assertThat(cluster.wish(N1, members -> members.transferLeadership(null)))
                    .isInstanceOf(Result.Done.class);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.acting()).hasSize(1).doesNotContain(N2));
        }
    }

    @Test
    void aWitnessVotesAndLeadsOnlyIfNobodyElseCan() {
        try (TestCluster cluster = TestCluster.formed(root, 2)) {
            MemberId witness = N3;
            cluster.start(cluster.joining(witness).withWitness(true));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.voters(N1)).containsExactlyInAnyOrder(N1, N2, N3));
            await().atMost(TestCluster.PATIENCE) // it votes a moment before the change is over
                    .untilAsserted(() -> refused(
                            cluster.wish(N1, members -> members.transferLeadership(witness)), Refusal.CANNOT_LEAD));

            MemberId leader = cluster.awaitLeader();
            MemberId other = leader.equals(N1) ? N2 : N1;
            cluster.kill(leader);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.acting()).containsExactly(other));
            TestCluster.addOrigin(cluster.node(other), 9001);
            refused(cluster.wish(other, members -> members.remove(other, null)), Refusal.LAST_MEMBER, witness, leader);
        }
    }

    private static void refused(Result result, Refusal one, MemberId witness, MemberId dead) {
        // Both are true: what remains would be a witness and a dead member.
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.refusal())
                                .as("%s with %s and %s left", refused.detail(), witness, dead)
                                .isIn(one, Refusal.WOULD_LOSE_QUORUM));
    }
}
