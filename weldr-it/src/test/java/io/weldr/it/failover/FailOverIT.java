package io.weldr.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.failover.FailOver.Figures;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of docs/explanation/reliability.md. Its limits are for a busy machine; the goals are for a quiet one. */
@Tag("nightly")
class FailOverIT {
    private static final int ROUNDS = Integer.getInteger("weldr.rounds", 20);

    @TempDir
    private Path folder;

    @Test
    void changesGoOnSoonAfterTheLeaderWentInWhateverWay() {
        try (FailOver failOver = new FailOver(folder)) {
            Figures kill = failOver.kill(ROUNDS);
            System.out.println(kill);
            Figures stop = failOver.stop(ROUNDS);
            System.out.println(stop);
            Figures restart = failOver.restart(Math.max(1, ROUNDS / 3));
            System.out.println(restart);
            assertThat(kill.max()).as("goal: median 300, max 1000").isLessThan(2_500);
            assertThat(stop.max()).as("goal: 1000").isLessThan(2_500);
            assertThat(restart.max()).as("goal: 200").isLessThan(1_500);
        }
    }
}
