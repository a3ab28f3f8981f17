package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that was set aside may hold what no other member has. */
class LogsAsideTest {
    private static final UUID CLUSTER = UUID.fromString("2b338b83-a0f6-32d2-aed9-60aeff9f678f");

    @TempDir
    Path root;

    @Test
    void allAreKeptUntilTheNodeIsAMemberAgainAndTheLastThreeAfterwards() throws Exception {
        try (DataFolder folder = DataFolder.open(root, new MemberId("n1"))) {
            folder.become(folder.identity().joining(CLUSTER, Map.of()));
            for (int number = 0; number < 5; number++) {
                damage(folder, number);
                assertThat(folder.setLogAside()).isEqualTo(root.resolve("log.damaged"));
            }
            assertThat(content("log.damaged")).isEqualTo("4");
            assertThat(content("log.damaged.4")).isEqualTo("0");
            folder.forgetLogsAside();
            assertThat(content("log.damaged.2")).isEqualTo("2");
            assertThat(root.resolve("log.damaged.3")).doesNotExist();
            assertThat(root.resolve("log.damaged.4")).doesNotExist();
        }
    }

    @Test
    void theyDoNotFillTheDisk() throws Exception {
        try (DataFolder folder = DataFolder.open(root, new MemberId("n1"))) {
            folder.become(folder.identity().joining(CLUSTER, Map.of()));
            for (int number = 0; number < 8; number++) {
                damage(folder, number);
                folder.setLogAside();
            }
            damage(folder, 8);
            assertThatThrownBy(folder::setLogAside)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("8 damaged logs")
                    .hasMessageContaining("expected: fewer than 8");
            assertThat(Files.readString(log(folder))).isEqualTo("8");
        }
    }

    /** The vote was given up, and the log was not moved yet. Such a log would be opened again. */
    @Test
    void whatADyingProcessBeganIsEndedWhenTheFolderIsOpened() throws Exception {
        try (DataFolder folder = DataFolder.open(root, new MemberId("n1"))) {
            folder.become(folder.identity().joining(CLUSTER, Map.of()));
            damage(folder, 1);
            new LogsAside(root).begin();
        }
        try (DataFolder folder = DataFolder.open(root, new MemberId("n1"))) {
            assertThat(log(folder)).doesNotExist();
            assertThat(content("log.damaged")).isEqualTo("1");
            damage(folder, 2); // of what it is sent next
        }
        try (DataFolder folder = DataFolder.open(root, new MemberId("n1"))) {
            assertThat(Files.readString(log(folder))).as("once").isEqualTo("2");
        }
    }

    private static Path log(DataFolder folder) {
        return folder.logFolder().resolve(CLUSTER.toString()).resolve("entries");
    }

    private static void damage(DataFolder folder, int number) throws IOException {
        Files.createDirectories(log(folder).getParent());
        Files.writeString(log(folder), String.valueOf(number));
    }

    private String content(String copy) throws IOException {
        return Files.readString(root.resolve(copy).resolve("entries"));
    }
}
