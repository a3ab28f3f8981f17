package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.raft.ratis.RaftId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MilestonesTest {
    private static final RaftId N1 = RaftId.parse("n1"); // this node
    private static final RaftId N2 = RaftId.parse("n2");
    private static final RaftId N3 = RaftId.parse("n3");

    private final List<String> infos = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Milestones milestones = new Milestones(infos::add, warnings::add);

    @Test
    void eachLeaderIsSaidOnce() {
        for (int i = 0; i < 10; i++) {
            led(N2, 3);
        }
        led(N3, 4);
        led(N3, 4);
        assertThat(infos).containsExactly("The leader is n2, term 3", "Leadership moved to n3, term 4");
    }

    @Test
    void aMomentWithoutLeaderAndANewTermOfTheSameLeaderAreSilent() {
        led(N2, 3);
        led(null, 3);
        led(N2, 3);
        led(null, 4);
        led(N2, 5);
        assertThat(infos).containsExactly("The leader is n2, term 3");
    }

    @Test
    void aNodeThatLeadsSaysSoElsewhere() {
        led(N1, 3);
        led(N2, 4);
        led(N1, 5);
        assertThat(infos).containsExactly("Leadership moved to n2, term 4");
    }

    @Test
    void aNodeThatIsBehindSaysSoOnceAndThatItHasCaughtUp() {
        applied(10, null, 0);
        applied(10, "it has applied 10", 1000);
        applied(10, "it has applied 10", 1999);
        assertThat(warnings).isEmpty();
        applied(12, "it has applied 12", 2000);
        applied(13, "it has applied 13", 60_000);
        assertThat(warnings).containsExactly("This node is behind: it has applied 12");
        applied(50, null, 61_000);
        applied(50, null, 62_000);
        assertThat(infos).containsExactly("This node has caught up: it has applied entry 50");
    }

    @Test
    void aNodeThatIsBehindForAMomentIsSilent() {
        for (int second = 0; second < 60; second++) {
            applied(second, "it starts", second * 1000L);
            applied(second, null, second * 1000L + 500);
        }
        assertThat(warnings).isEmpty();
        assertThat(infos).isEmpty();
    }

    private void led(@Nullable RaftId leader, long term) {
        milestones.observe(Views.of(leader, term, 10, Map.of(), List.of()), null, 0);
    }

    private void applied(long applied, @Nullable String lag, long millis) {
        milestones.observe(Views.of(null, 3, applied, Map.of(), List.of()), lag, TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
