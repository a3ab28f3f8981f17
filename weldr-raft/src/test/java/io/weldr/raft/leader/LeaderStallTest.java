package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.NodeView.Role;
import io.weldr.raft.ratis.RaftId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a leader is told that does not get on. */
class LeaderStallTest {
    private static final long BEGIN = System.nanoTime();
    private static final RaftId SELF = RaftId.parse("n1.aaaaaaaaaaaa");

    private final LeaderStall stall = new LeaderStall();
    private long millis;

    private static NodeView view(Role role, long term, boolean ready, long committed, long applied) {
        return new NodeView(
                SELF, role, true, ready, term, SELF, committed, applied, term, 0, 0, Map.of(), Map.of(), List.of(),
                Set.of(), 1);
    }

    private static NodeView leads(boolean ready, long committed, long applied) {
        return view(Role.LEADER, 7, ready, committed, applied);
    }

    /** Looks four times a second, and says what it heard last. */
    private @Nullable String watched(Duration time, NodeView view, Duration diskStuck) {
        String heard = null;
        for (long end = millis + time.toMillis(); millis < end; millis += 250) {
            heard = stall.look(view, diskStuck, BEGIN + TimeUnit.MILLISECONDS.toNanos(millis));
        }
        return heard;
    }

    private @Nullable String watched(int seconds, NodeView view) {
        return watched(Duration.ofSeconds(seconds), view, Duration.ZERO);
    }

    @Test
    void aLeaderThatIsNeverReadyIsToldSo() {
        assertThat(watched(5, leads(false, 8, 8))).isNull();
        assertThat(watched(2, leads(false, 8, 8))).isEqualTo("it has not become ready for 6 s");
        assertThat(watched(1, leads(true, 9, 9))).isNull();
    }

    @Test
    void aLeaderThatAppliesNothingIsToldSo() {
        assertThat(watched(60, leads(true, 9, 9)))
                .as("there is nothing to apply")
                .isNull();
        assertThat(watched(4, leads(true, 12, 9))).isNull();
        assertThat(watched(1, leads(true, 15, 9)))
                .isEqualTo("it has applied nothing for 5 s, though entry 15 is committed and 9 is applied");
        assertThat(watched(1, leads(true, 15, 10))).as("it moves").isNull();
    }

    @Test
    void aLeaderWhoseDiskTakesNothingIsToldSo() {
        assertThat(watched(Duration.ofSeconds(1), leads(true, 9, 9), Duration.ofSeconds(4)))
                .isNull();
        assertThat(watched(Duration.ofSeconds(1), leads(true, 9, 9), Duration.ofSeconds(5)))
                .isEqualTo("its disk has taken nothing for 5 s");
    }

    @Test
    void anotherTermAPauseAndAnotherRoleBeginAnew() {
        assertThat(watched(4, leads(false, 9, 9))).isNull();
        assertThat(watched(4, view(Role.LEADER, 8, false, 9, 9))).isNull();
        millis += 10_000;
        assertThat(watched(4, view(Role.LEADER, 8, false, 9, 9))).isNull();
        assertThat(watched(60, view(Role.FOLLOWER, 9, false, 12, 9))).isNull();
        assertThat(watched(4, view(Role.LEADER, 10, false, 12, 9))).isNull();
        assertThat(watched(2, view(Role.LEADER, 10, false, 12, 9))).isNotNull();
    }
}
