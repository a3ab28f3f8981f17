package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures with the default timeouts, on a machine that has nothing else to do. */
@Tag("nightly")
class TimingIT {
    @TempDir
    Path root;

    private static RaftSettings defaults(RaftSettings settings) {
        return settings.withElectionTimeout(
                RaftSettings.ELECTION_TIMEOUT_MIN_DEFAULT, RaftSettings.ELECTION_TIMEOUT_MAX_DEFAULT);
    }

    @Test
    void commitsAndFailOvers() {
        try (TestCluster cluster = TestCluster.formed(root, 3, TimingIT::defaults)) {
            int port = 10_000;
            for (MemberId id : List.of(cluster.awaitLeader(), cluster.follower())) {
                List<Long> micros = new ArrayList<>();
                for (int i = 0; i < 150; i++) {
                    long began = System.nanoTime();
                    TestCluster.addOrigin(cluster.node(id), port++);
                    micros.add((System.nanoTime() - began) / 1000);
                }
                Collections.sort(micros);
                System.out.printf(
                        "write through %s: p50 %.1f ms, p90 %.1f ms, max %.1f ms%n",
                        id.equals(cluster.awaitLeader()) ? "the leader" : "a follower",
                        micros.get(75) / 1000.0,
                        micros.get(135) / 1000.0,
                        micros.get(149) / 1000.0);
            }
            List<Long> millis = new ArrayList<>();
            for (int round = 0; round < 7; round++) {
                MemberId leader = cluster.awaitLeader();
                RaftCluster survivor = cluster.node(cluster.follower());
                RaftCluster dying = cluster.node(leader);
                cluster.running.remove(leader);
                Thread killer = new Thread(() -> Inside.kill(dying));
                long began = System.nanoTime();
                killer.start();
                TestCluster.addOrigin(survivor, port++);
                millis.add((System.nanoTime() - began) / 1_000_000);
                join(killer);
                cluster.start(leader);
                cluster.awaitFormed();
            }
            System.out.println("leader closed to next acknowledged write through a survivor, ms: " + millis);
            Collections.sort(millis);
            assertThat(millis.get(3)).isLessThan(Duration.ofSeconds(2).toMillis());

            long began = System.nanoTime();
            MemberId leader = cluster.awaitLeader();
            boolean moved = Inside.transferLeadership(cluster.node(leader));
            System.out.printf("leadership handed over: %s, in %d ms%n", moved, (System.nanoTime() - began) / 1_000_000);
            assertThat(moved).isTrue();
            TestCluster.addOrigin(cluster.node(leader), port);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
