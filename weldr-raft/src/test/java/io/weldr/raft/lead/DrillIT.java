package io.weldr.raft.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillIT {
    @TempDir
    private Path folder;

    @Test
    void itEndsEarlyIfTheNodeStops() throws Exception {
        Drill drill = Drill.begin(folder, Duration.ofHours(1));
        drill.close();
        drill.await();
        assertThat(drill.terms()).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leadershipIsPassedOnMoreThanOnceAndNothingIsLeft() throws Exception {
        Files.createDirectories(folder.resolve("drill/weldr-drill-1/left-by-a-dead-process"));
        Drill drill = Drill.begin(folder, Duration.ZERO);
        drill.await();
        assertThat(drill.terms()).isEqualTo(Drill.TERMS);
        assertThat(folder).isEmptyDirectory();
    }
}
