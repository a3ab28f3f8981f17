package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.leader.Succession.Opinion;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who stands first when the leader is gone. */
class SuccessionTest {
    private static final RaftId LEADER = RaftId.parse("n1.0123456789ab");
    private static final RaftId SECOND = RaftId.parse("n2.0123456789ab");
    private static final RaftId THIRD = RaftId.parse("n3.0123456789ab");
    private static final HostPort ADDRESS = new HostPort("127.0.0.1", 1);

    private static NodeView seenBy(RaftId self, Seat... seats) {
        return new NodeView(
                self,
                NodeView.Role.FOLLOWER,
                true,
                false,
                7,
                LEADER,
                10,
                10,
                7,
                1000,
                0,
                Map.of(),
                Map.of(),
                List.of(seats),
                Set.of(),
                1);
    }

    private static NodeView seenBy(RaftId self) {
        return seenBy(
                self,
                new Seat(LEADER, ADDRESS, Seat.HIGH),
                new Seat(SECOND, ADDRESS, Seat.HIGH),
                new Seat(THIRD, ADDRESS, Seat.HIGH));
    }

    private static List<Opinion> of(RaftId other, @Nullable LastEntry last) {
        return List.of(new Opinion(other, 7, LEADER, last));
    }

    @Test
    void whoeverHasMoreOfTheLogStandsFirst() {
        LastEntry shorter = new LastEntry(7, 10);
        LastEntry longer = new LastEntry(7, 11);
        assertThat(Succession.place(seenBy(SECOND), shorter, of(THIRD, longer), false))
                .isEqualTo(1);
        assertThat(Succession.place(seenBy(THIRD), longer, of(SECOND, shorter), false))
                .isZero();
        assertThat(Succession.place(seenBy(SECOND), new LastEntry(6, 90), of(THIRD, shorter), false))
                .as("a later term counts for more than a higher index")
                .isEqualTo(1);
        assertThat(Succession.place(seenBy(SECOND), null, of(THIRD, shorter), false))
                .isEqualTo(1);
    }

    @Test
    void aLeaderThatIsHeardAgainIsNotGone() {
        assertThat(Succession.seemsGone(false, 401, 400)).isTrue();
        assertThat(Succession.seemsGone(false, 12, 400))
                .as("it was frozen, and goes on")
                .isFalse();
        assertThat(Succession.seemsGone(true, 12, 400))
                .as("its last entry was still on its way to the disk when its process had ended")
                .isTrue();
    }

    @Test
    void ofEqualsTheFirstInLineStandsFirst() {
        LastEntry same = new LastEntry(7, 10);
        assertThat(Succession.place(seenBy(SECOND), same, of(THIRD, same), false))
                .isZero();
        assertThat(Succession.place(seenBy(THIRD), same, of(SECOND, same), false))
                .isEqualTo(1);
        NodeView witnessFirst = seenBy(
                SECOND,
                new Seat(LEADER, ADDRESS, Seat.HIGH),
                new Seat(SECOND, ADDRESS, Seat.LOW),
                new Seat(THIRD, ADDRESS, Seat.HIGH));
        assertThat(Succession.place(witnessFirst, same, of(THIRD, same), false))
                .as("a witness leaves it to those that can do more")
                .isEqualTo(1);
    }

    @Test
    void whoeverResignsStandsAfterItsEqualsHaveHadTheirTurns() {
        LastEntry same = new LastEntry(7, 10);
        int other = Succession.place(seenBy(THIRD), same, of(SECOND, same), false);
        assertThat(Succession.place(seenBy(SECOND), same, of(THIRD, same), true))
                .as("the other leaves it the turn before its own")
                .isGreaterThan(other);
        assertThat(Succession.place(seenBy(THIRD), same, of(SECOND, same), true))
                .isGreaterThan(Succession.place(seenBy(SECOND), same, of(THIRD, same), false));
        assertThat(Succession.place(seenBy(SECOND), new LastEntry(7, 11), of(THIRD, same), true))
                .as("nobody else would be elected")
                .isZero();
        NodeView witness = seenBy(
                THIRD,
                new Seat(LEADER, ADDRESS, Seat.HIGH),
                new Seat(SECOND, ADDRESS, Seat.LOW),
                new Seat(THIRD, ADDRESS, Seat.HIGH));
        assertThat(Succession.place(witness, same, of(SECOND, same), true))
                .as("a witness would not be elected either")
                .isZero();
    }
}
