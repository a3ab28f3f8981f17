package io.weldr.raft.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.RaftSettings.DeadMembers;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** n1 leads; whoever is in {@link #silent} was not heard for an hour, the others a moment ago. */
class DeadMemberTest {
    private static final DeadMembers POLICY = new DeadMembers(Duration.ofMinutes(30), 3);
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Map<RaftId, Long> silent = new HashMap<>();
    private final Set<RaftId> answering = new HashSet<>();

    @Test
    void aDeadVoterGoesIfEnoughVotersRemain() {
        silent("n4");
        assertThat(find(seats(4, 0), HOUR)).isEqualTo("n4");
        assertThat(find(seats(3, 0), HOUR)).as("nobody is silent there").isNull();
        silent.clear();
        silent("n3");
        assertThat(find(seats(3, 0), HOUR)).as("two would remain").isNull();
    }

    @Test
    void itStaysIfTheOthersWouldHaveNoMajorityThatAnswers() {
        silent("n3");
        silent("n4");
        assertThat(find(seats(5, 0), HOUR)).as("three of four answer").isEqualTo("n3");
        silent("n5");
        assertThat(find(seats(6, 0), HOUR)).as("three of five answer").isEqualTo("n3");
        silent("n6");
        assertThat(find(seats(7, 0), HOUR)).as("three of six answer").isNull();
    }

    @Test
    void aDeadLearnerGoesFirstAndAlways() {
        silent("n3");
        silent("n5");
        assertThat(find(seats(3, 2), HOUR)).isEqualTo("n5");
        assertThat(find(seats(4, 1), HOUR)).isEqualTo("n5");
    }

    @Test
    void whoAnswersStaysAndDoesNotKeepTheOthers() {
        silent("n3");
        silent("n5");
        silent("n6");
        answering.add(RaftId.parse("n5"));
        assertThat(find(seats(4, 2), HOUR)).isEqualTo("n6");
        answering.add(RaftId.parse("n6"));
        assertThat(find(seats(4, 2), HOUR)).isEqualTo("n3");
        answering.add(RaftId.parse("n3"));
        assertThat(find(seats(4, 2), HOUR)).isNull();
        silent("n4");
        assertThat(find(seats(5, 1), HOUR)).as("two of four take part in Raft").isNull();
    }

    @Test
    void aNewLeaderWaitsForAsLong() {
        silent("n4");
        assertThat(find(seats(4, 0), Duration.ofMinutes(29).toMillis())).isNull();
        assertThat(find(seats(4, 0), Duration.ofMinutes(30).toMillis())).isEqualTo("n4");
    }

    private void silent(String id) {
        silent.put(RaftId.parse(id), HOUR);
    }

    private static List<Seat> seats(int voters, int learners) {
        List<Seat> seats = new ArrayList<>();
        for (int number = 1; number <= voters + learners; number++) {
            seats.add(new Seat(
                    RaftId.parse("n" + number), new HostPort("10.0.0." + number, 9687), Seat.LOW, number > voters));
        }
        return seats;
    }

    private @Nullable String find(List<Seat> members, long leadsMillis) {
        Map<RaftId, Long> answered = new HashMap<>(silent);
        members.forEach(seat -> answered.putIfAbsent(seat.id(), 10L));
        RaftId self = RaftId.parse("n1");
        Seat found = DeadMember.find(
                new NodeView(
                        self,
                        NodeView.Role.LEADER,
                        true,
                        true,
                        3,
                        self,
                        10,
                        10,
                        3,
                        leadsMillis,
                        0,
                        answered,
                        Map.of(),
                        members,
                        Set.of(),
                        1),
                POLICY,
                answering);
        return found == null ? null : found.id().toString();
    }
}
