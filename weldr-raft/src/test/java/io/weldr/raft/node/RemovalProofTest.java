package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Only what cannot be old news proves that a node was taken out. */
class RemovalProofTest {
    private static final UUID CLUSTER = new UUID(1, 2);
    private static final HostPort ADDRESS = new HostPort("127.0.0.1", 1);
    private static final RaftId SELF = RaftId.parse("n3.0123456789ab");
    private static final RaftId OTHER = RaftId.parse("n1.ba9876543210");

    private static HelloAnswer answer(
            @Nullable UUID group, Standing standing, boolean leading, boolean settled, long index, RaftId... voters) {
        Map<RaftId, HostPort> seats = new TreeMap<>();
        for (RaftId voter : voters) {
            seats.put(voter, ADDRESS);
        }
        HelloAnswer answer = new HelloAnswer(
                OTHER,
                "incarnation",
                standing,
                group,
                Set.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                500,
                true,
                leading,
                "",
                seats,
                Map.of(),
                index,
                settled,
                7,
                null,
                null,
                null,
                false,
                false,
                false,
                ClusterVersion.SUPPORTED);
        return HelloAnswer.decode(answer.encode()); // as it arrives
    }

    @Test
    void aNewerListWithoutItProvesIt() {
        assertThat(answer(CLUSTER, Standing.MEMBER, false, true, 11, OTHER).provesRemovalOf(SELF, CLUSTER, 10))
                .isTrue();
        assertThat(answer(CLUSTER, Standing.MEMBER, true, true, 11, OTHER).provesRemovalOf(SELF, CLUSTER, -1))
                .as("the leader's word, though this node does not know its own list")
                .isTrue();
    }

    @Test
    void nothingElseDoes() {
        assertThat(answer(CLUSTER, Standing.MEMBER, false, true, 11, OTHER, SELF)
                        .provesRemovalOf(SELF, CLUSTER, 10))
                .as("it is on the list")
                .isFalse();
        assertThat(answer(CLUSTER, Standing.MEMBER, false, true, 9, OTHER).provesRemovalOf(SELF, CLUSTER, 10))
                .as("a member that lags")
                .isFalse();
        assertThat(answer(CLUSTER, Standing.MEMBER, false, true, 11, OTHER).provesRemovalOf(SELF, CLUSTER, -1))
                .as("which of both is newer is not known")
                .isFalse();
        assertThat(answer(CLUSTER, Standing.MEMBER, true, false, 11, OTHER).provesRemovalOf(SELF, CLUSTER, 10))
                .as("a list that may yet be taken back")
                .isFalse();
        assertThat(answer(new UUID(3, 4), Standing.MEMBER, true, true, 11, OTHER)
                        .provesRemovalOf(SELF, CLUSTER, 10))
                .as("another cluster")
                .isFalse();
        assertThat(answer(CLUSTER, Standing.JOINING, false, true, 11, OTHER).provesRemovalOf(SELF, CLUSTER, 10))
                .as("one that is no member itself")
                .isFalse();
        assertThat(answer(null, Standing.EMPTY, false, false, -1).provesRemovalOf(SELF, CLUSTER, 10))
                .isFalse();
    }

    @Test
    void onlyTheLeaderProvesThatNobodyOfThatNameIsAMember() {
        MemberId name = SELF.member();
        assertThat(answer(CLUSTER, Standing.MEMBER, true, true, 11, OTHER).provesAbsenceOf(name, CLUSTER))
                .isTrue();
        assertThat(answer(CLUSTER, Standing.MEMBER, false, true, 11, OTHER).provesAbsenceOf(name, CLUSTER))
                .as("a member that may lag")
                .isFalse();
        assertThat(answer(CLUSTER, Standing.MEMBER, true, false, 11, OTHER).provesAbsenceOf(name, CLUSTER))
                .as("a list that may yet be taken back")
                .isFalse();
        RaftId otherLife = RaftId.of(name, "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d");
        assertThat(answer(CLUSTER, Standing.MEMBER, true, true, 11, OTHER, otherLife)
                        .provesAbsenceOf(name, CLUSTER))
                .as("it is to have the seat of its former self")
                .isFalse();
        assertThat(answer(new UUID(3, 4), Standing.MEMBER, true, true, 11, OTHER)
                        .provesAbsenceOf(name, CLUSTER))
                .as("another cluster")
                .isFalse();
    }

    @Test
    void whatIsAskedArrivesAsItWas() {
        for (Wish wish : new Wish[] {
            new Wish.Nothing(),
            new Wish.Join(false),
            new Wish.Join(true),
            new Wish.Invitation(SELF, CLUSTER, Map.of(OTHER, ADDRESS)),
            new Wish.Farewell(SELF, CLUSTER, Duration.ZERO),
            new Wish.Farewell(SELF, CLUSTER, null)
        }) {
            Hello hello = new Hello(OTHER, ADDRESS, CLUSTER, true, wish);
            assertThat(Hello.decode(hello.encode())).isEqualTo(hello);
        }
    }
}
