package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The node that asks is n1; the others answer as the test says. */
class SetAsideTest {
    private static final UUID CLUSTER = UUID.fromString("2b338b83-a0f6-32d2-aed9-60aeff9f678f");

    private final Map<HostPort, HelloAnswer> answers = new HashMap<>();

    @Test
    void aLogMayGoIfALeaderAnswersAndMostAreWhole() {
        answers(3, 2, member(3));
        assertThat(obstacle(3)).isNull();
    }

    @Test
    void itStaysWithoutALeader() {
        answers(3, null, member(2), member(3));
        assertThat(obstacle(3)).contains("no leader");
        answers.clear();
        assertThat(obstacle(3)).contains("no leader");
    }

    @Test
    void itStaysIfTheOthersAreStuckOrAwayAsWell() {
        answers(3, 2, new Play(3, false, true, true, CLUSTER));
        assertThat(obstacle(3)).contains("only 1 of the 3");
        answers(3, 2, new Play(3, false, false, false, CLUSTER));
        assertThat(obstacle(3)).contains("only 1 of the 3");
        answers(3, 2);
        assertThat(obstacle(3)).contains("only 1 of the 3");
    }

    @Test
    void ofFiveTwoMayGoAndNotThree() {
        answers(5, 2, member(3), member(4), new Play(5, false, true, true, CLUSTER));
        assertThat(obstacle(5)).isNull();
        answers(5, 2, member(3), new Play(4, false, true, true, CLUSTER), new Play(5, false, true, true, CLUSTER));
        assertThat(obstacle(5)).contains("only 2 of the 5");
    }

    @Test
    void ofTwoNoneMayGo() {
        answers(2, 2);
        assertThat(obstacle(2)).contains("only 1 of the 2");
    }

    @Test
    void aLeaderOfAnotherClusterDoesNotCount() {
        UUID other = UUID.fromString("08f0b82c-5d3d-4b4b-8e62-09cf6b0b7b2e");
        answers.put(address(2), answer(new Play(2, true, false, true, other), 3));
        answers.put(address(3), answer(member(3), 3));
        assertThat(obstacle(3)).contains("no leader");
    }

    private record Play(int number, boolean leads, boolean behind, boolean running, UUID cluster) {}

    private static Play member(int number) {
        return new Play(number, false, false, true, CLUSTER);
    }

    private void answers(int voters, @Nullable Integer leader, Play... others) {
        answers.clear();
        List<Play> all = new ArrayList<>(List.of(others));
        if (leader != null) {
            all.add(new Play(leader, true, false, true, CLUSTER));
        }
        all.forEach(play -> answers.put(address(play.number()), answer(play, voters)));
    }

    private @Nullable String obstacle(int voters) {
        Identity self = Identity.empty(new MemberId("n1"))
                .forming(CLUSTER, new java.util.TreeSet<>(), seats(voters))
                .member();
        List<@Nullable String> found = new ArrayList<>();
        Step step = SetAside.obstacle(self, List.copyOf(seats(voters).values()), obstacle -> {
            found.add(obstacle);
            return Step.done(Life.of(self));
        });
        while (step instanceof Step.Ask ask) {
            step = ask.then().apply(given(ask.whom()));
        }
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private Map<HostPort, HelloAnswer> given(Collection<HostPort> asked) {
        Map<HostPort, HelloAnswer> given = new HashMap<>(answers);
        given.keySet().retainAll(asked);
        return given;
    }

    private static HostPort address(int number) {
        return new HostPort("127.0.0.1", 9000 + number);
    }

    private static Map<RaftId, HostPort> seats(int voters) {
        Map<RaftId, HostPort> seats = new TreeMap<>();
        for (int number = 1; number <= voters; number++) {
            seats.put(RaftId.parse("n" + number), address(number));
        }
        return seats;
    }

    private static HelloAnswer answer(Play play, int voters) {
        return new HelloAnswer(
                RaftId.parse("n" + play.number()),
                "incarnation",
                Standing.MEMBER,
                play.cluster(),
                Set.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                500,
                play.running(),
                play.leads(),
                "",
                seats(voters),
                Map.of(),
                1,
                true,
                7,
                null,
                null,
                null,
                false,
                play.behind(),
                false,
                ClusterVersion.SUPPORTED);
    }
}
