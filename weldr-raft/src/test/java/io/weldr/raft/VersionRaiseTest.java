package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VersionRaiseTest {
    private static final HostPort HERE = new HostPort("127.0.0.1", 1);
    private static final List<RaftId> IDS = Stream.of("n1.000000000001", "n2.000000000002", "n3.000000000003")
            .map(RaftId::parse)
            .toList();

    private ClusterState state = ClusterState.INITIAL;

    private void announced(String id, int supports) {
        Member member = new Member(new MemberId(id), HERE, HERE, HERE, HERE, "test", new ClusterVersion(supports));
        state = state.apply(new Command.AnnounceMember(member, Instant.EPOCH), state.revision() + 1)
                .next();
    }

    private static NodeView view(Set<RaftId> before, int voters) {
        List<Seat> seats = IDS.subList(0, voters).stream()
                .map(id -> new Seat(id, HERE, Seat.LOW))
                .toList();
        return new NodeView(
                IDS.get(0),
                NodeView.Role.LEADER,
                true,
                true,
                1,
                IDS.get(0),
                9,
                9,
                1,
                0,
                0,
                Map.of(),
                Map.of(),
                seats,
                before,
                1);
    }

    @Test
    void everyVoterHasToSupportIt() {
        announced("n1", 1);
        announced("n2", 0);
        announced("n3", 1);
        assertThat(VersionRaise.possible(view(Set.of(), 3), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(ClusterVersion.INITIAL);
        announced("n2", 1);
        assertThat(VersionRaise.possible(view(Set.of(), 3), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(ClusterVersion.HEALTH_APART);
    }

    @Test
    void aVoterThatHasNotAnnouncedItselfSupportsNothingNew() {
        announced("n1", 1);
        announced("n2", 1);
        assertThat(VersionRaise.possible(view(Set.of(), 3), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(ClusterVersion.INITIAL);
        assertThat(VersionRaise.possible(view(Set.of(), 2), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(ClusterVersion.HEALTH_APART);
    }

    /** As after an upgrade from a program that did not keep what others announced. */
    @Test
    void whatAVoterSaysCountsToo() {
        announced("n1", 1);
        announced("n2", 0);
        announced("n3", 0);
        assertThat(VersionRaise.possible(view(Set.of(), 3), state, id -> ClusterVersion.HEALTH_APART))
                .isEqualTo(ClusterVersion.HEALTH_APART);
    }

    @Test
    void itIsNotAboveWhatThisProgramSupports() {
        announced("n1", 1000);
        announced("n2", 1000);
        announced("n3", 1000);
        assertThat(VersionRaise.possible(view(Set.of(), 3), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(ClusterVersion.SUPPORTED);
    }

    @Test
    void itStaysWhileTheVotersChange() {
        announced("n1", 1);
        announced("n2", 1);
        assertThat(VersionRaise.possible(view(Set.copyOf(IDS), 2), state, id -> ClusterVersion.INITIAL))
                .isEqualTo(state.version());
    }
}
