package io.weldr.raft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObstaclesTest {
    private static final UUID OURS = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID OTHER = UUID.fromString("00000000-0000-0000-0000-000000000002");

    @Test
    void theLastOfThreeMayGoOn() {
        assertThat(recover(3, silent(2), silent(3))).isNull();
    }

    @Test
    void aLeaderIsNamed() {
        assertThat(recover(5, member(2, OURS, true)))
                .isEqualTo("node n2 at h:2 leads cluster " + OURS + ": it has not lost its majority (start this node)");
    }

    @Test
    void twoOfThreeAreAMajority() {
        assertThat(recover(3, member(2, OURS, false), silent(3))).startsWith("[n1, n2] are a majority of the voters");
    }

    @Test
    void twoOfFiveAreNone() {
        assertThat(recover(5, member(2, OURS, false), silent(3), silent(4), silent(5)))
                .isNull();
    }

    @Test
    void aVoterThatHangsIsCountedAsAlive() {
        assertThat(recover(3, Neighbour.silent(address(2), true), silent(3)))
                .startsWith("[n1, n2] are a majority of the voters");
        assertThat(recover(3, Neighbour.silent(address(9), true), silent(2), silent(3)))
                .as("it is no voter")
                .isNull();
    }

    @Test
    void anEmptiedVoterIsLost() {
        Neighbour emptied =
                new Neighbour(address(2), RaftId.parse("n2.ffffffffffff"), true, Standing.EMPTY, null, false);
        assertThat(recover(3, emptied, silent(3))).isNull();
        Neighbour waits =
                new Neighbour(address(2), RaftId.parse("n2.ffffffffffff"), true, Standing.JOINING, OURS, false);
        assertThat(recover(3, waits, silent(3))).isNull();
    }

    @Test
    void aClusterThatWasRecoveredElsewhereIsNamed() {
        assertThat(recover(3, member(2, OTHER, true), silent(3)))
                .startsWith("node n2 at h:2 belongs to another cluster, " + OTHER);
    }

    @Test
    void aClusterOfOneHasLostNothing() {
        assertThat(recover(1)).contains("nothing is lost");
    }

    @Test
    void aNodeThatDoesNotVoteMayNot() {
        TreeMap<RaftId, HostPort> others = new TreeMap<>(voters(3));
        others.remove(id(1));
        assertThat(Obstacles.toRecover(id(1), OURS, others, Set.of(), List.of()))
                .isEqualTo("this node is no member of cluster " + OURS + " (expected: one of [n2, n3])");
    }

    @Test
    void aRestoreNeedsNeighboursThatBelongToNoCluster() {
        assertThat(Obstacles.toRestore(List.of(silent(2), Neighbour.silent(address(3), true))))
                .isNull();
        Neighbour empty = new Neighbour(address(2), id(2), true, Standing.EMPTY, null, false);
        assertThat(Obstacles.toRestore(List.of(empty))).isNull();
        Neighbour removed = new Neighbour(address(2), id(2), true, Standing.REMOVED, OURS, false);
        assertThat(Obstacles.toRestore(List.of(removed))).isNull();
        assertThat(Obstacles.toRestore(List.of(empty, member(3, OURS, false))))
                .startsWith("node n3 at h:3 belongs to cluster " + OURS);
        Neighbour waits = new Neighbour(address(2), id(2), true, Standing.JOINING, OURS, false);
        assertThat(Obstacles.toRestore(List.of(waits))).startsWith("node n2 at h:2 waits for cluster " + OURS);
    }

    @Test
    void aLearnerMayBeAllThatIsLeft() {
        Map<RaftId, HostPort> voters = voters(3);
        RaftId learner = id(4);
        List<Neighbour> none = List.of(silent(1), silent(2), silent(3));
        assertThat(Obstacles.toRecover(learner, OURS, voters, Set.of(learner), none))
                .isNull();
        List<Neighbour> one = List.of(member(1, OURS, false), silent(2), silent(3));
        assertThat(Obstacles.toRecover(learner, OURS, voters, Set.of(learner), one))
                .isNull();
        List<Neighbour> two = List.of(member(1, OURS, false), member(2, OURS, false));
        assertThat(Obstacles.toRecover(learner, OURS, voters, Set.of(learner), two))
                .startsWith("[n1, n2] are a majority");
    }

    private static @Nullable String recover(int voters, Neighbour... others) {
        return Obstacles.toRecover(id(1), OURS, voters(voters), Set.of(), List.of(others));
    }

    private static Map<RaftId, HostPort> voters(int count) {
        Map<RaftId, HostPort> voters = new TreeMap<>();
        for (int n = 1; n <= count; n++) {
            voters.put(id(n), address(n));
        }
        return voters;
    }

    private static Neighbour silent(int n) {
        return Neighbour.silent(address(n), false);
    }

    private static Neighbour member(int n, UUID cluster, boolean leading) {
        return new Neighbour(address(n), id(n), true, Standing.MEMBER, cluster, leading);
    }

    private static RaftId id(int n) {
        return RaftId.of(new MemberId("n" + n), "00000000-0000-0000-0000-00000000000" + n);
    }

    private static HostPort address(int n) {
        return new HostPort("h", n);
    }
}
