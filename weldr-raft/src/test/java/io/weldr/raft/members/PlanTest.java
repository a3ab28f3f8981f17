package io.weldr.raft.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Set<MemberId> ALL = Set.of(new MemberId("n1"), new MemberId("n2"), new MemberId("n3"));

    private static final HostPort ADDRESS = new HostPort("127.0.0.1", 1);
    private static final RaftId N4 = new RaftId(new MemberId("n4"), "0123456789ab");

    private static List<Seat> seats(String... ids) {
        return Arrays.stream(ids)
                .map(id -> new Seat(RaftId.parse(id), ADDRESS, Seat.LOW))
                .toList();
    }

    private static Set<RaftId> ids(String... ids) {
        return Arrays.stream(ids).map(RaftId::parse).collect(Collectors.toSet());
    }

    @Test
    void aMajorityOfThoseThatRemainHasToAnswer() {
        List<Seat> three = seats("n1", "n2", "n3");
        Plan withoutTheDead = Plan.without(three, three.get(2));
        assertThat(withoutTheDead.quorumLost(ids("n1", "n2"))).isNull();
        Plan withoutOneThatLives = Plan.without(three, three.get(1));
        assertThat(withoutOneThatLives.quorumLost(ids("n1", "n2"))).contains("n1, n3", "only 1", "[n3]", "expected: 2");
        assertThat(withoutOneThatLives.quorumLost(ids("n1", "n2", "n3"))).isNull();
        assertThat(Plan.without(seats("n1", "n2"), seats("n2").get(0)).quorumLost(ids("n1")))
                .as("one alone is its own majority")
                .isNull();
    }

    @Test
    void anotherLifeOfAMemberIsAnotherVoter() {
        List<Seat> three = seats("n1", "n2", "n3");
        RaftId again = new RaftId(new MemberId("n3"), "0123456789ab");
        Plan plan = Plan.of(three, List.of(three.get(2)), again, ADDRESS, false, false);
        assertThat(plan.after()).extracting(Seat::id).containsExactly(RaftId.parse("n1"), RaftId.parse("n2"), again);
        assertThat(plan.quorumLost(ids("n1", "n3")))
                .as("the former life does not count")
                .isNotNull();
        assertThat(plan.quorumLost(Set.of(RaftId.parse("n1"), again))).isNull();
    }

    @Test
    void aWitnessComesBehindTheOthersFromItsFirstMoment() {
        Plan plan = Plan.of(seats("n1", "n2"), List.of(), N4, ADDRESS, true, false);
        assertThat(plan.after()).extracting(Seat::priority).containsExactly(Seat.HIGH, Seat.HIGH, Seat.LOW);
        Plan next = Plan.of(plan.after(), List.of(), RaftId.parse("n5"), ADDRESS, false, false);
        assertThat(next.after()).extracting(Seat::priority).containsExactly(Seat.HIGH, Seat.HIGH, Seat.LOW, Seat.HIGH);
    }

    @Test
    void prioritiesChangeOnlyForTheSakeOfAWitness() {
        List<Seat> three = seats("n1", "n2", "n3");
        assertThat(Plan.withPriorities(three, ALL, Set.of()).changesNothing()).isTrue();
        Plan plan = Plan.withPriorities(three, ALL, Set.of(new MemberId("n2")));
        assertThat(plan.changesNothing()).isFalse();
        assertThat(plan.after()).extracting(Seat::priority).containsExactly(Seat.HIGH, Seat.LOW, Seat.HIGH);
        Set<MemberId> notYetAnnounced = Set.of(new MemberId("n1"), new MemberId("n3"));
        assertThat(Plan.withPriorities(plan.after(), notYetAnnounced, Set.of()).changesNothing())
                .as("a witness that has not said so yet keeps its place")
                .isTrue();
        assertThat(Plan.withPriorities(plan.after(), ALL, Set.of(new MemberId("n2")))
                        .changesNothing())
                .isTrue();
    }
}
