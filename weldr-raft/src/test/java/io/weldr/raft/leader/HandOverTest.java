package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** To whom a leader that goes hands over. */
class HandOverTest {
    private static final RaftId SELF = RaftId.parse("n1.0123456789ab");
    private static final RaftId SECOND = RaftId.parse("n2.0123456789ab");
    private static final RaftId THIRD = RaftId.parse("n3.0123456789ab");
    private static final HostPort ADDRESS = new HostPort("127.0.0.1", 1);

    private static NodeView view(int priorityOfThird, Map<RaftId, Long> silentMillis) {
        return view(priorityOfThird, silentMillis, Map.of());
    }

    private static NodeView committed(Map<RaftId, Long> commits) {
        return view(Seat.HIGH, Map.of(), commits);
    }

    private static NodeView view(int priorityOfThird, Map<RaftId, Long> silentMillis, Map<RaftId, Long> commits) {
        return new NodeView(
                SELF,
                NodeView.Role.LEADER,
                true,
                true,
                7,
                SELF,
                10,
                10,
                7,
                1000,
                0,
                silentMillis,
                commits,
                List.of(
                        new Seat(SELF, ADDRESS, Seat.HIGH),
                        new Seat(SECOND, ADDRESS, Seat.HIGH),
                        new Seat(THIRD, ADDRESS, priorityOfThird)),
                Set.of(),
                1);
    }

    @Test
    void whoeverLacksLeastComesFirstThenWhoeverAnsweredLast() {
        NodeView view = view(Seat.HIGH, Map.of(SECOND, 5L, THIRD, 90L));
        assertThat(HandOver.heirs(view, Map.of(SECOND, 8L, THIRD, 10L), 400, null))
                .containsExactly(THIRD, SECOND);
        assertThat(HandOver.heirs(view, Map.of(SECOND, 10L, THIRD, 10L), 400, null))
                .containsExactly(SECOND, THIRD);
        assertThat(HandOver.heirs(view, Map.of(), 400, null))
                .as("nothing is known")
                .containsExactly(SECOND, THIRD);
    }

    @Test
    void whoeverIsSilentOrAWitnessIsNoHeir() {
        assertThat(HandOver.heirs(view(Seat.HIGH, Map.of(SECOND, 401L, THIRD, 90L)), Map.of(SECOND, 10L), 400, null))
                .containsExactly(THIRD);
        assertThat(HandOver.heirs(view(Seat.LOW, Map.of(SECOND, 5L, THIRD, 5L)), Map.of(THIRD, 10L), 400, null))
                .containsExactly(SECOND);
        assertThat(HandOver.heirs(view(Seat.HIGH, Map.of()), Map.of(), 400, null))
                .isEmpty();
    }

    @Test
    void whoeverLedBeforeComesLastWhenLeadershipIsGivenBack() {
        NodeView view = view(Seat.HIGH, Map.of(SECOND, 5L, THIRD, 90L));
        assertThat(HandOver.heirs(view, Map.of(SECOND, 10L, THIRD, 8L), 400, SECOND))
                .containsExactly(THIRD, SECOND);
        assertThat(HandOver.heirs(view, Map.of(), 400, THIRD)).containsExactly(SECOND, THIRD);
    }

    @Test
    void itIsSettledOnceEachOfTheOthersKnowsAnEntryOfTheHeirs() {
        LongPredicate ofHeir = index -> index > 10;
        assertThat(HandOver.settled(committed(Map.of(SECOND, 11L, THIRD, 12L)), ofHeir))
                .isTrue();
        assertThat(HandOver.settled(committed(Map.of(SELF, 11L, SECOND, 11L, THIRD, 10L)), ofHeir))
                .as("the third does not know yet")
                .isFalse();
        assertThat(HandOver.settled(committed(Map.of(SELF, 11L, SECOND, 11L)), ofHeir))
                .as("nothing is known of the third")
                .isFalse();
    }
}
