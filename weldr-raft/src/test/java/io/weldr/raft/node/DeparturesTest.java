package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.raft.ratis.RaftId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeparturesTest {
    private static final RaftId N1 = RaftId.parse("n1.aaaaaaaaaaaa");
    private static final RaftId N2 = RaftId.parse("n2.bbbbbbbbbbbb");
    private static final RaftId N3 = RaftId.parse("n3.cccccccccccc");
    private static final RaftId N3_LATER = RaftId.parse("n3.dddddddddddd");

    private final Departures departures = new Departures();

    @Test
    void whoVotedAndDoesNotAnyMoreWasTakenOut() {
        departures.members(Set.of(N1, N2, N3), Set.of());
        assertThat(departures.includes(N3.toString())).isFalse();

        departures.members(Set.of(N1, N2), Set.of());

        assertThat(departures.includes(N3.toString())).isTrue();
        assertThat(departures.includes(N2.toString())).isFalse();
        assertThat(departures.includes("n9.eeeeeeeeeeee")).isFalse(); // never seen: nobody knows
    }

    @Test
    void whoIsOnItsWayOutIsHeardUntilTheChangeIsComplete() {
        departures.members(Set.of(N1, N2, N3), Set.of());

        departures.members(Set.of(N1, N2), Set.of(N1, N2, N3));
        assertThat(departures.includes(N3.toString())).isFalse();

        departures.members(Set.of(N1, N2), Set.of());
        assertThat(departures.includes(N3.toString())).isTrue();
    }

    @Test
    void aNodeThatIsTakenInAgainIsAnother() {
        departures.members(Set.of(N1, N2, N3), Set.of());
        departures.members(Set.of(N1, N2), Set.of());

        departures.members(Set.of(N1, N2, N3_LATER), Set.of());

        assertThat(departures.includes(N3.toString())).isTrue();
        assertThat(departures.includes(N3_LATER.toString())).isFalse();
    }

    @Test
    void whoWasOnlyToVoteIsTakenOutByAnotherChange() {
        departures.seen(Set.of(N1, N2, N3));

        departures.members(Set.of(N1, N2), Set.of());

        assertThat(departures.includes(N3.toString())).isTrue();
    }

    /** As where machines come and go with the load for months. */
    @Test
    void theLatestAreRememberedThoughMoreHaveLeftThanFit() {
        for (int i = 0; i < 1100; i++) {
            departures.members(Set.of(N1, N2), Set.of(guest(i)));
            departures.members(Set.of(N1, N2), Set.of());
        }
        assertThat(departures.includes(guest(1099).toString())).isTrue();
        assertThat(departures.includes(guest(100).toString())).isTrue();
        assertThat(departures.includes(guest(0).toString())).isFalse();
        departures.members(Set.of(N1), Set.of());
        assertThat(departures.includes(N2.toString()))
                .as("a member for as long")
                .isTrue();
    }

    private static RaftId guest(int number) {
        return RaftId.parse("n3.%012x".formatted(number));
    }
}
